"""Results computed from series are found again while their points are the same."""

from __future__ import annotations

import numpy as np

from core.telemetry import Series
from core.telemetry.series_results import SeriesResults


def _series(values: list[float], tag: str = "train/loss") -> Series:
    steps = np.arange(len(values), dtype=np.int64)
    return Series(tag, steps, steps * 60.0, np.array(values))


class _Counted:
    """A computation that says how often it was made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> int:
        self.made += 1
        return self.made


def test_equal_points_of_another_array_are_not_computed_again() -> None:
    kept: SeriesResults[int] = SeriesResults(4)
    counted = _Counted()
    first = kept.get([_series([1.0, float("nan")]), None], "2 h", counted)
    again = kept.get([_series([1.0, float("nan"), 3.0]).below(2), None], "2 h", counted)
    assert (first, again, counted.made) == (1, 1, 1)


def test_a_changed_point_another_tag_a_missing_series_and_another_window_are() -> None:
    kept: SeriesResults[int] = SeriesResults(8)
    counted = _Counted()
    kept.get([_series([1.0, 2.0]), None], "2 h", counted)
    kept.get([_series([1.0, 2.5]), None], "2 h", counted)
    kept.get([_series([1.0, 2.0], "train/value_loss"), None], "2 h", counted)
    kept.get([_series([1.0, 2.0]), _series([1.0])], "2 h", counted)
    kept.get([_series([1.0, 2.0]), None], "3 h", counted)
    assert counted.made == 5


def test_the_one_that_was_asked_for_longest_ago_goes_first() -> None:
    kept: SeriesResults[int] = SeriesResults(2)
    counted = _Counted()
    for value in (1.0, 2.0, 1.0, 3.0, 1.0):  # 2.0 has to go for 3.0
        kept.get([_series([value])], None, counted)
    assert counted.made == 3
    kept.get([_series([2.0])], None, counted)
    assert counted.made == 4
