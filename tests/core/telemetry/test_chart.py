import numpy as np
import pytest

from core.telemetry import Series
from core.telemetry.chart import downsample


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
