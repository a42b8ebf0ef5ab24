import numpy as np
import pytest

from core.telemetry import RunReader, Series
from core.telemetry.chart import downsample
from tests.event_files import append_events, write_events


def series(values: np.ndarray) -> Series:
    steps = np.arange(len(values), dtype=np.int64)
    return Series("x", steps, steps.astype(float), values.astype(float))


@pytest.mark.parametrize("count", [2001, 5000, 50_000])
@pytest.mark.parametrize("place", [1, 777, 1999])
def test_a_spike_never_vanishes(count, place):
    values = np.random.default_rng(3).normal(size=count)
    values[place], values[count - place] = 99.0, -99.0
    shown = downsample(series(values))
    assert len(shown) <= 2000
    assert (shown.value.max(), shown.value.min()) == (99.0, -99.0)


def test_only_real_points_in_their_order_with_both_ends():
    values = np.random.default_rng(4).normal(size=9000)
    shown = downsample(series(values), 100)
    assert (np.diff(shown.step) > 0).all()
    assert (shown.step[0], shown.step[-1]) == (0, 8999)
    np.testing.assert_array_equal(shown.value, values[shown.step])


def test_a_single_nan_stays_visible():
    values = np.zeros(10_000)
    values[1234] = np.nan
    assert np.isnan(downsample(series(values)).value).any()


def test_a_short_series_is_shown_whole():
    short = series(np.arange(2000))
    assert downsample(short) is short


def test_a_view_is_made_once_until_something_new_was_read(tmp_path):
    points = [(step, 1000.0 + step, float(step % 7)) for step in range(3000)]
    path = write_events(tmp_path, {"x": points})
    reader = RunReader(tmp_path)
    reader.refresh()
    view = downsample(reader.series("x"))
    reader.refresh()
    assert downsample(reader.series("x")) is view
    assert downsample(reader.series("x", until=1e6)) is view
    append_events(path, {"x": [(3000, 4000.0, 99.0)]})
    reader.refresh()
    later = downsample(reader.series("x"))
    assert later.value.max() == 99.0
    assert view.value.max() == 6.0


@pytest.mark.parametrize("size", [7, 50, 2000])
def test_every_kind_of_no_number_stays_visible_beside_the_others(size):
    values = np.random.default_rng(6).normal(size=1_000_000)
    values[500_000:500_003] = np.nan, np.inf, -np.inf
    values[123_457] = 99.0
    shown = downsample(series(values), size)
    assert len(shown) <= size
    assert np.isnan(shown.value).any()
    assert {np.inf, -np.inf, 99.0} <= set(shown.value)


def test_infinities_and_whole_stretches_of_nan_stay_within_the_limit():
    values = np.random.default_rng(5).normal(size=50_001)
    values[1000:3000] = np.nan
    values[40_000] = np.inf
    shown = downsample(series(values), 500)
    assert len(shown) <= 500
    assert np.isinf(shown.value).any() and np.isnan(shown.value).any()
    finite = values[np.isfinite(values)]
    kept = shown.value[np.isfinite(shown.value)]
    assert (kept.min(), kept.max()) == (finite.min(), finite.max())
