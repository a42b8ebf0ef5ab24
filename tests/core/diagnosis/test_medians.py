"""Medians of many parts at once are those of each part."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from core.diagnosis.medians import growing_medians, middles, moving_median


@pytest.mark.parametrize("width", [1, 3, 4, 5, 30])
def test_a_moving_median_is_that_of_each_window(width: int) -> None:
    values = np.random.default_rng(width).normal(size=100)
    expected = np.median(sliding_window_view(values, width), axis=1)
    assert np.array_equal(moving_median(values, width), expected)


def test_the_middle_of_an_odd_number_of_huge_values_is_one_of_them() -> None:
    assert middles(np.array([1e308, 1.5e308, 1.7e308])) == 1.5e308


def test_a_growing_median_is_that_of_all_finite_values_so_far() -> None:
    values = np.random.default_rng(0).normal(size=60)
    values[[0, 7, 30]] = np.nan
    ends = [1, 2, 9, 10, 31, 60]
    found = growing_medians(values, ends)
    assert np.isnan(found[0])
    assert found[1:] == [float(np.nanmedian(values[:end])) for end in ends[1:]]
