"""Liveness from all signs together: each of them alone lies."""

from __future__ import annotations

import pytest

from core.liveness import Limits, Vitals, duration, judge_liveness
from core.vocabulary import ENDED_STATES, LIVE_STATES, JobState, Liveness

MINUTE, HOUR = 60.0, 3600.0


def seen(**changed: object) -> Vitals:
    """A run that reports each two seconds, an hour old."""
    values: dict = {
        "state": JobState.RUNNING,
        "process": "S",
        "age": HOUR,
        "step": 4096,
        "step_age": 2.0,
        "event_age": 3.0,
        "checkpoint_age": 20 * MINUTE,
        "cpu": 0.9,
        "cpu_window": 10.0,
        "gap": 2.0,
    }
    return Vitals(**values | changed)


SILENT = {"step_age": 12 * MINUTE, "event_age": 12 * MINUTE}


@pytest.mark.parametrize(
    ("vitals", "liveness"),
    [
        (seen(), Liveness.WORKING),
        # no process, whatever the files say
        (seen(process=None), Liveness.DEAD),
        (seen(process="Z"), Liveness.DEAD),
        # the learned limit: ten minutes for a fast run, twenty gaps for a slow one
        (seen(**SILENT), Liveness.STALLED),
        (seen(**SILENT, gap=60.0), Liveness.QUIET),
        (seen(**SILENT, gap=120.0), Liveness.WORKING),
        (seen(step_age=6 * MINUTE, event_age=6 * MINUTE), Liveness.QUIET),
        # one sign of progress is enough
        (seen(**SILENT | {"event_age": 5.0}), Liveness.WORKING),
        (seen(**SILENT, checkpoint_age=MINUTE), Liveness.WORKING),
        # a stopped process does nothing, but ten minutes may be a debugger's
        (seen(process="T"), Liveness.QUIET),
        (seen(**SILENT, process="T", cpu=0.0), Liveness.STALLED),
        # before the first step: work on the CPU counts for half an hour
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=9 * MINUTE), Liveness.WORKING),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=29 * MINUTE), Liveness.QUIET),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=31 * MINUTE), Liveness.STALLED),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=11 * MINUTE, cpu=0.0), Liveness.STALLED),
        # the manual's two hours of week time, for a run whose own limit is longer
        (seen(step_age=3 * HOUR, event_age=3 * HOUR, checkpoint_age=3 * HOUR, gap=HOUR, quiet_hours=3.0), Liveness.STALLED),
        (seen(step_age=3 * HOUR, event_age=3 * HOUR, checkpoint_age=3 * HOUR, gap=HOUR, quiet_hours=1.9), Liveness.WORKING),
        # on a fast clock two hours are a second of real time, and no stall
        (seen(quiet_hours=5.0), Liveness.WORKING),
    ],
)  # fmt: skip
def test_the_judgement_follows_from_all_signs(vitals: Vitals, liveness: Liveness) -> None:
    assert judge_liveness(vitals).liveness is liveness


def test_what_has_ended_is_done_or_dead_by_its_state() -> None:
    found = {state: judge_liveness(seen(state=state)).liveness for state in ENDED_STATES}
    done = {state for state, liveness in found.items() if liveness is Liveness.DONE}
    assert done == {JobState.SUCCEEDED, JobState.STOPPED}
    assert set(found.values()) == {Liveness.DONE, Liveness.DEAD}
    for state in LIVE_STATES:
        assert judge_liveness(seen(state=state, process=None)).liveness is Liveness.DEAD


def test_the_evidence_names_what_it_was_made_of() -> None:
    pulse = judge_liveness(seen(**SILENT, process="T", cpu=0.0))
    assert pulse.text == (
        "no new step for 12 min (at 4,096); no new event for 12 min; newest checkpoint 20 min old; "
        "process T (stopped); used no CPU in the last 10 s; limit 10 min (usually every 2 s)"
    )
    assert pulse.silence == 12 * MINUTE and pulse.limit == 10 * MINUTE


def test_the_limits_are_settings() -> None:
    quick = Limits(least=1.0, gaps=2.0)
    assert judge_liveness(seen(step_age=5.0, event_age=5.0), quick).liveness is Liveness.STALLED


@pytest.mark.parametrize(
    ("seconds", "said"), [(3.14159, "3.14 s"), (150.0, "2 min"), (9000.0, "2.5 h")]
)
def test_a_duration_is_told_in_its_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said
