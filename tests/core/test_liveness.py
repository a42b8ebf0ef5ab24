"""One rule for silence; liveness from all signs together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.clock import Clock
from core.liveness import (
    GAP_POINTS,
    HUNG_HOURS,
    MIN_SILENCE,
    Limits,
    Silence,
    Vitals,
    judge_liveness,
    silence_of,
    usual_gap,
)
from core.playbook import DEFAULT, load_playbook
from core.timestamps import duration
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


START = datetime(2026, 2, 23, 14, tzinfo=UTC)
PLAYBOOK = load_playbook(DEFAULT)
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
        # a stopped process does nothing until it is resumed; a debugger does that itself
        (seen(process="T"), Liveness.STALLED),
        (seen(process="t"), Liveness.QUIET),
        (seen(**SILENT, process="t", cpu=0.0), Liveness.STALLED),
        # every process waits for a disk now and then
        (seen(process="D", process_age=50.0), Liveness.WORKING),
        (seen(process="D"), Liveness.WORKING),
        (seen(process="D", process_age=70.0), Liveness.STALLED),
        (seen(process="S", process_age=HOUR), Liveness.WORKING),
        # before the first step: work on the CPU counts for half an hour
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=9 * MINUTE), Liveness.WORKING),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=29 * MINUTE), Liveness.QUIET),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=31 * MINUTE), Liveness.STALLED),
        (seen(step_age=None, event_age=None, checkpoint_age=None, gap=None, age=11 * MINUTE, cpu=0.0), Liveness.STALLED),
        # the manual's two hours of week time, for a run whose own limit is longer
        (seen(step_age=3 * HOUR, event_age=3 * HOUR, checkpoint_age=3 * HOUR, gap=15 * MINUTE, quiet_hours=3.0), Liveness.STALLED),
        (seen(step_age=3 * HOUR, event_age=3 * HOUR, checkpoint_age=3 * HOUR, gap=15 * MINUTE, quiet_hours=1.9), Liveness.QUIET),
        # ten of its own gaps come first
        (seen(step_age=3 * HOUR, event_age=3 * HOUR, checkpoint_age=3 * HOUR, gap=HOUR, quiet_hours=3.0), Liveness.WORKING),
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
        "The process is stopped (SIGSTOP or Ctrl-Z) and does not continue by itself: kill -CONT it, "
        "or stop the run; no new step for 12 min (at 4,096); no new event for 12 min; newest checkpoint 20 min old; "
        "process T (stopped); used no CPU in the last 10 s; stall threshold 10 min: the minimum, "
        "usual interval 2 s"
    )
    assert pulse.silence == 12 * MINUTE
    assert pulse.limit == 10 * MINUTE


def test_the_limits_are_settings() -> None:
    quick = Limits(least=1.0, gaps=2.0)
    assert judge_liveness(seen(step_age=5.0, event_age=5.0), quick).liveness is Liveness.STALLED


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3.14159, "3.14 s"), (150.0, "2 min"), (9000.0, "2.5 h"), (259_200.0, "3.0 d")],
)
def test_a_duration_is_told_in_its_unit(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_duration_is_told_in_both_languages() -> None:
    assert duration(9000.0).in_("pt") == "2,5 h"


# the rule for silence


def test_the_usual_gap_is_the_median_of_the_newest_ones() -> None:
    assert usual_gap([0.0, 2.0, 4.0, 100.0]) == 2.0
    slow_then_fast = [*np.arange(0, 1000, 100.0), *np.arange(1000, 1000 + GAP_POINTS + 1)]
    assert usual_gap(slow_then_fast) == 1.0
    assert usual_gap(np.array([0.0, 3.0, 6.0])) == 3.0


@pytest.mark.parametrize("moments", [[], [1.0], [1.0, 5.0], [5.0, 5.0, 5.0], [9.0, 5.0, 6.0]])
def test_two_signs_are_no_habit(moments: list[float]) -> None:
    assert usual_gap(moments) is None


def test_the_learned_limit_is_twenty_gaps_but_never_short() -> None:
    assert Silence(0.0, starting=False).limit == Silence(0.0, gap=1.0).limit == MIN_SILENCE
    assert Silence(0.0, gap=90.0).limit == 1800.0
    assert Silence(0.0, gap=90.0, limits=Limits(least=10.0, gaps=2.0)).limit == 180.0


def test_the_limit_is_longer_until_there_is_a_cadence() -> None:
    assert Silence(0.0).limit == 3 * MIN_SILENCE
    assert Silence(0.0, lead=600.0).limit == 20 * 600.0


@pytest.mark.parametrize(
    ("silence", "hung"),
    [
        (Silence(7200.0, 2.0, gap=2.0), True),
        (Silence(7199.0, 1.9997, gap=2.0), False),
        # a fast clock: ten usual gaps, or ten minutes where none are known
        (Silence(21.0, 2.0, gap=2.0), True),
        (Silence(20.0, 5.0, gap=2.0), False),
        (Silence(21.0, 2.0, lead=2.0), True),
        (Silence(599.0, 5.0), False),
        (Silence(601.0, 5.0), True),
        # the playbook's hours
        (Silence(3 * HOUR, 3.0, gap=2.0, limits=Limits(hours=6.0)), False),
        (Silence(6 * HOUR, 6.0, gap=2.0, limits=Limits(hours=6.0)), True),
    ],
)
def test_the_playbooks_hours_are_week_time_and_longer_than_the_runs_own_pauses(
    silence: Silence, hung: bool
) -> None:
    assert silence.hung is hung


def test_the_hours_are_the_playbooks() -> None:
    six = PLAYBOOK.scenario("hung").model_copy(update={"hours": 6.0})
    changed = PLAYBOOK.model_copy(update={"scenarios": (six,)})
    assert Limits.of(PLAYBOOK).hours == PLAYBOOK.scenario("hung").hours == 2.0
    assert Limits.of(changed, 1.0, 2.0) == Limits(1.0, 2.0, 6.0)
    assert Limits.of(PLAYBOOK.model_copy(update={"scenarios": ()})).hours == HUNG_HOURS


def test_a_silence_is_counted_from_the_newest_sign_or_the_start() -> None:
    unix, clock = (
        START.timestamp(),
        Clock(
            (),
        ),
    )
    until = START + timedelta(hours=1)
    found = silence_of([unix + 60, unix + 120, unix + 180], until, clock, Limits(), START)
    assert (found.seconds, found.hours, found.gap, found.lead) == (3420.0, 0.95, 60.0, 60.0)
    assert silence_of([], until, clock, Limits(), START).seconds == HOUR
    newer = silence_of([unix + 60], until, clock, Limits(), START, newest=unix + 3000)
    assert (newer.seconds, newer.gap) == (600.0, None)
    restarted = silence_of([unix], until, clock, Limits(), until - timedelta(minutes=5))
    assert restarted.seconds == 300.0


def test_a_limit_that_changes_says_where_it_comes_from() -> None:
    starting = Silence(60.0)
    assert starting.learned == "stall threshold 30 min: usual interval not known yet"
    fast = Silence(60.0, gap=2.0)
    assert fast.learned == "stall threshold 10 min: the minimum, usual interval 2 s"
    slow = Silence(60.0, gap=120.0)
    assert slow.learned == "stall threshold 40 min: 20 × the usual interval of 2 min"
    assert slow.learned.in_("pt") == (
        "limite de travamento 40 min: 20 × o intervalo usual de 2 min"
    )


def test_a_silence_says_which_limit_it_exceeds() -> None:
    stalled = Silence(1260.0, 0.35, gap=60.0)
    assert stalled.text == (
        "no progress for 21 min (stall threshold 20 min: 20 × the usual interval of 60 s)"
    )
    hung = Silence(9000.0, 2.5, gap=60.0)
    assert hung.text == "no progress for 2.5 h of week time (the playbook allows 2 h: hung.hours)"
    assert hung.text.in_("pt") == (
        "sem progresso há 2,5 h de tempo da semana (o playbook permite 2 h: hung.hours)"
    )


def test_a_silence_of_more_than_two_days_is_told_in_days() -> None:
    for hours, length in ((47.0, "47.0 h of week time"), (240.0, "10.0 d of week time")):
        assert Silence(hours * 3600, hours, 60.0).length == length
