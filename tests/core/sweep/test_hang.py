"""A trial that hangs is ended; one that only waits is not."""

from __future__ import annotations

from typing import Any

import pytest

from core.liveness import GRACE, MIN_SILENCE, Vitals, judge_liveness
from core.sweep.hang import hangs
from core.vocabulary import JobState

AFTER = MIN_SILENCE + 100.0


def hung(**seen: Any) -> bool:
    values: dict[str, Any] = {
        "state": JobState.RUNNING,
        "process": "S",
        "age": 50_000.0,
        "step": 9,
        "step_age": AFTER,
        "cpu": 0.0,
        "gap": 1.0,
    } | seen
    vitals = Vitals(**values)
    return hangs(judge_liveness(vitals), vitals)


def test_an_idle_one_without_progress_hangs() -> None:
    assert hung()
    assert not hung(step_age=MIN_SILENCE - 1.0)


@pytest.mark.parametrize(
    "slow",
    [
        {"process": "R", "cpu": 1.0},  # a long evaluation
        {"cpu": None},  # on another machine
        {"process": "D", "process_age": AFTER, "gap": None, "step": None, "step_age": None, "age": AFTER},
    ],
)  # fmt: skip
def test_one_that_may_only_be_slow_has_three_times_as_long(slow: dict[str, Any]) -> None:
    assert not hung(**slow)
    later = {"age" if slow.get("step_age", 0) is None else "step_age": GRACE + 100.0}
    assert hung(**slow | later)


def test_one_that_a_person_has_stopped_waits_for_that_person() -> None:
    assert not hung(process="T", step_age=10 * GRACE)
