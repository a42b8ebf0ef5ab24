import numpy as np
import pytest

from core.telemetry import RunReader, Series
from core.telemetry.chart import downsample, later_of_a_step
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


def at_steps(steps: list[int], values: list[float]) -> Series:
    return Series("x", np.array(steps), np.arange(len(steps), dtype=float), np.array(values))


def test_the_last_update_at_the_step_of_the_one_before_is_no_vertical_spike():
    given = at_steps([1, 2, 3, 4, 5, 5], [1.0, 1.0, 1.0, 1.0, 1.0, 9.0])
    shown = later_of_a_step(given)
    assert (shown.step.tolist(), shown.value[-1]) == ([1, 2, 3, 4, 5], 9.0)
    assert len(given) == 6
    nan = later_of_a_step(at_steps([1, 2, 3, 4, 5, 5], [1.0, 1.0, 1.0, 1.0, np.nan, 9.0]))
    assert len(nan) == 6


def test_steps_that_hold_several_points_by_design_keep_them_all():
    episodes = at_steps([1, 1, 1, 2, 2, 3, 3, 3], [0.0, 9.0, 1.0, 2.0, 5.0, 1.0, 7.0, 2.0])
    assert later_of_a_step(episodes) is episodes
    single = at_steps([1, 2, 3], [0.0, 1.0, 2.0])
    assert later_of_a_step(single) is single
    assert len(later_of_a_step(at_steps([], []))) == 0


def test_infinities_and_whole_stretches_of_nan_stay_within_the_limit():
    values = np.random.default_rng(5).normal(size=50_001)
    values[1000:3000] = np.nan
    values[40_000] = np.inf
    shown = downsample(series(values), 500)
    assert len(shown) <= 500
    assert np.isinf(shown.value).any()
    assert np.isnan(shown.value).any()
    finite = values[np.isfinite(values)]
    kept = shown.value[np.isfinite(shown.value)]
    assert (kept.min(), kept.max()) == (finite.min(), finite.max())
