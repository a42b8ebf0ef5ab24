"""IQM, its interval, and shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from core.sweep.spread import iqm, iqm_interval, spread


def test_iqm_is_the_mean_of_the_middle_half() -> None:
    assert iqm([-100.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 900.0]) == 3.5


@pytest.mark.parametrize("count", range(1, 10))
def test_a_quarter_that_is_no_whole_number_is_rounded_down(count: int) -> None:
    values = np.random.default_rng(count).standard_normal(count)
    assert iqm(values.tolist()) == stats.trim_mean(values, 0.25)


@pytest.mark.parametrize(
    ("seeds", "folds", "heavy"), [(20, 1, False), (20, 1, True), (8, 2, False)]
)
def test_the_interval_covers_the_truth_in_92_to_98_of_100(
    seeds: int, folds: int, heavy: bool
) -> None:
    """The truth is 0: both are symmetric. 500 sweeps: the share is known to 1 point."""
    rng = np.random.default_rng(1)
    covered, sweeps = 0, 500
    for number in range(sweeps):
        shape = (folds, seeds)
        values = rng.standard_t(3, shape) if heavy else rng.standard_normal(shape)
        found = iqm_interval(list(values), number, resamples=300)
        covered += found.low <= 0 <= found.high
    assert 0.92 <= covered / sweeps <= 0.98, covered


def test_the_same_values_give_the_same_interval() -> None:
    values: list[list[float | None]] = [[0.1, 0.5, 0.9, 1.2], [0.2, 0.3, None, 0.8]]
    first, again = spread(values), spread(values)
    assert first == again
    assert first.interval is not None
    assert first.iqm is not None
    assert first.interval.low < first.iqm < first.interval.high
    assert (first.count, first.undefined) == (7, 1)


def test_seeds_are_resampled_within_their_fold_alone() -> None:
    """Two folds far apart, without any spread inside: resampling across them would have some."""
    found = iqm_interval([np.full(10, 0.0), np.full(10, 100.0)])
    assert found.low == found.high == 50.0


def test_one_seed_has_no_interval_and_no_value_has_no_mean() -> None:
    one = spread([[0.7]])
    assert (one.iqm, one.interval) == (0.7, None)
    none = spread([[None, None]])
    assert (none.iqm, none.count, none.undefined) == (None, 0, 2)
