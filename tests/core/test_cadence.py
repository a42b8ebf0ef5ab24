"""A run's own habit tells how long a silence may be."""

from __future__ import annotations

import numpy as np
import pytest

from core.cadence import GAP_POINTS, LEAST_SILENCE, patience, usual_gap


def test_the_usual_gap_is_the_median_of_the_newest_ones() -> None:
    assert usual_gap([0.0, 2.0, 4.0, 100.0]) == 2.0
    slow_then_fast = [*np.arange(0, 1000, 100.0), *np.arange(1000, 1000 + GAP_POINTS + 1)]
    assert usual_gap(slow_then_fast) == 1.0
    assert usual_gap(np.array([0.0, 3.0, 6.0])) == 3.0


@pytest.mark.parametrize("moments", [[], [1.0], [1.0, 5.0], [5.0, 5.0, 5.0], [9.0, 5.0, 6.0]])
def test_two_signs_are_no_habit(moments: list[float]) -> None:
    assert usual_gap(moments) is None


def test_patience_is_twenty_gaps_but_never_short() -> None:
    assert patience(None) == patience(1.0) == LEAST_SILENCE
    assert patience(90.0) == 1800.0
    assert patience(90.0, least=10.0, gaps=2.0) == 180.0
