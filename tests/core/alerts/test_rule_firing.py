"""When a rule fires: the same now and in the preview, whatever comes later."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.alerts.own_rule import Operator, RuleTerms
from core.alerts.rule_firing import MERGED, always_wrong, firings, run_firings
from core.clock import Clock, ClockPoint
from core.errors import InputError
from core.telemetry import RunReader
from core.telemetry.series import Series
from core.vocabulary import Severity
from tests.event_files import write_events

if TYPE_CHECKING:
    from pathlib import Path

    from tests.event_files import Point

BEGAN = datetime(2026, 2, 23, 14, tzinfo=UTC).timestamp()
TAG = "train/approx_kl"


def terms(**changed: object) -> RuleTerms:
    given = {
        "name": "KL is high",
        "tag": TAG,
        "operator": Operator.ABOVE,
        "threshold": 0.03,
        "level": Severity.WARNING,
    }
    return RuleTerms(**(given | changed))  # type: ignore[arg-type]


def points(*values: float, minutes: float = 10) -> Series:
    n = np.arange(len(values))
    return Series(TAG, 1000 * (n + 1), BEGAN + 60 * minutes * n, np.array(values, float))


def minutes(found: list[object], end: bool = True) -> list[tuple[float, float | None]]:
    return [
        (
            round((one.began - BEGAN) / 60),  # type: ignore[attr-defined]
            None if one.ended is None else round((one.ended - BEGAN) / 60),  # type: ignore[attr-defined]
        )
        for one in found
    ]


def fired(rule: RuleTerms, series: Series) -> list[tuple[float, float | None]]:
    return minutes(list(firings(rule, series, Clock())))


def test_a_rule_fires_once_its_limit_was_crossed_for_long_enough() -> None:
    series = points(0.01, 0.04, 0.05, 0.06, 0.01, 0.05, 0.01, 0.05, 0.05, 0.05)
    assert fired(terms(), series) == [(10, 40), (50, 60), (70, None)]
    assert fired(terms(minutes=20), series) == [(30, 40), (90, None)]
    assert fired(terms(steps=2000), series) == [(30, 40), (90, None)]
    assert fired(terms(minutes=21), series) == []
    assert fired(terms(operator=Operator.BELOW, threshold=0.02), series)[:2] == [(0, 10), (40, 50)]


def test_a_limit_itself_is_not_beyond_it() -> None:
    assert fired(terms(threshold=0.05), points(0.05, 0.05)) == []


def test_what_is_not_a_number_neither_begins_nor_ends_a_firing() -> None:
    assert fired(terms(minutes=20), points(0.05, math.nan, 0.05, 0.01)) == [(20, 30)]
    assert fired(terms(), points(math.nan, math.nan)) == []
    assert fired(terms(), points(0.01, math.inf)) == [(10, None)]


def test_a_change_is_seen_up_and_down_within_its_time_only() -> None:
    rule = terms(operator=Operator.CHANGES, threshold=5.0, minutes=30)
    assert fired(rule, points(0, 2, 4, 6, 6, 6, 6, 6)) == [(30, 40)]
    assert fired(rule, points(9, 7, 5, 3, 3, 3, 3, 3)) == [(30, 40)]
    assert fired(rule, points(0, 1, 2, 3, 4, 5, 6, 7, 8)) == []
    step = terms(operator=Operator.CHANGES, threshold=5.0)
    assert fired(step, points(0, 4, 8, 14, 14)) == [(30, 40)]


def test_the_largest_change_of_a_window_is_that_of_a_slow_search() -> None:
    values = np.random.default_rng(7).normal(size=300).cumsum()
    rule = terms(operator=Operator.CHANGES, threshold=3.0, minutes=130)
    wrong = [
        max(abs(values[i] - value) for value in values[max(0, i - 13) : i + 1]) > 3.0
        for i in range(len(values))
    ]
    begins = [10 * i for i in range(300) if wrong[i] and not (i and wrong[i - 1])]
    assert [began for began, _ in fired(rule, points(*values))] == begins


def test_the_duration_is_week_time() -> None:
    began = datetime.fromtimestamp(BEGAN, UTC)
    clock = Clock((ClockPoint(began, began, pace=60.0),))
    series = points(0.05, 0.05, 0.05, minutes=1)
    assert firings(terms(minutes=60), series, Clock()) == []
    assert len(firings(terms(minutes=60), series, clock)) == 1


def written(*values: float, at: float = 0.0, begin: int = 0) -> list[Point]:
    return [(1000 * (begin + i + 1), BEGAN + 600 * i + at, value) for i, value in enumerate(values)]


def test_what_a_preview_says_is_what_people_are_told_at_each_moment(tmp_path: Path) -> None:
    """Also of points that a later attempt replaced."""
    first = written(0.01, 0.05, 0.05, 0.01, 0.05, 0.05, 0.05)
    second = written(0.01, 0.01, 0.01, 0.06, 0.06, at=6000, begin=2)
    write_events(tmp_path / "attempt-001", {TAG: first})
    write_events(tmp_path / "attempt-002", {TAG: second}, "events.out.tfevents.1700006000.host.2.0")
    reader = RunReader(tmp_path)
    reader.refresh()
    rule = terms(minutes=10)
    known = run_firings(rule, reader, Clock())
    assert minutes(list(known)) == [(20, 30), (50, 60), (140, None)]
    for _, wall, _ in [*first, *second]:
        live = run_firings(rule, reader, Clock(), until=wall)
        assert [one.began for one in live] == [one.began for one in known if one.began <= wall]
        told = bool(live) and live[-1].told_at(wall)
        assert told == any(one.told_at(wall) for one in known)


def test_firings_that_people_are_told_of_as_one_alert_count_once(tmp_path: Path) -> None:
    gap = MERGED.total_seconds()
    walls = [0, 10, 10 + gap - 1, 20 + gap, 20 + 2 * gap]
    values = [0.05, 0.01, 0.05, 0.01, 0.05]
    series = [
        (i + 1, BEGAN + wall, value)
        for i, (wall, value) in enumerate(zip(walls, values, strict=True))
    ]
    write_events(tmp_path, {TAG: series})
    reader = RunReader(tmp_path)
    reader.refresh()
    assert [one.step for one in run_firings(terms(), reader, Clock())] == [1, 5]


def test_a_rule_that_is_always_true_is_known() -> None:
    assert always_wrong(terms(threshold=0.0), points(0.01, 0.02))
    assert not always_wrong(terms(threshold=0.01), points(0.01, 0.02))
    assert not always_wrong(terms(threshold=0.0), points(0.01))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"threshold": math.nan}, "not a finite number"),
        ({"threshold": math.inf}, "not a finite number"),
        ({"minutes": -1.0}, "less than nothing"),
        ({"minutes": math.nan}, "less than nothing"),
        ({"steps": -5}, "less than nothing"),
        ({"minutes": 5.0, "steps": 5}, "in minutes and another in steps"),
        ({"minutes": 1e9}, "longer than any week"),
        ({"operator": Operator.CHANGES, "threshold": 0.0}, "always there"),
        ({"name": " "}, "name is not usable: the text is blank"),
        ({"name": "a\nb"}, "name is not usable"),
        ({"tag": ""}, "tag is not usable"),
        ({"name": "n" * 61}, "has 61 characters"),
    ],
)
def test_a_rule_that_no_one_can_mean_is_refused_in_words(
    changed: dict[str, object], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        terms(**changed).require_sound()


def test_a_firing_is_told_until_a_minute_after_its_end() -> None:
    (one,) = firings(terms(), points(0.05, 0.01), Clock())
    end = BEGAN + timedelta(minutes=10).total_seconds()
    assert (one.told_at(end + 59), one.told_at(end + 61)) == (True, False)


def test_a_rule_says_itself_in_both_languages() -> None:
    assert terms(minutes=10).sentence == "train/approx_kl above 0.03 for 10 min"
    change = terms(operator=Operator.CHANGES, threshold=5.0, steps=2000)
    assert change.sentence == "train/approx_kl changes by more than 5 within 2,000 steps"
    assert "within" not in change.sentence.in_("pt")
