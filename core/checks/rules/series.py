"""What a run's event files allow: a series to judge, or the reason why there is none."""

from __future__ import annotations

from datetime import timedelta

from core.checks.case import Case
from core.checks.facts import RunFacts
from core.checks.judgement import Judgement
from core.moments import from_unix
from core.telemetry.absence import absence
from core.vocabulary import TrainingStatus

# Event files of a run whose process is still there; every other status has ended.
LIVE = frozenset({TrainingStatus.RUNNING, TrainingStatus.HUNG})


def run_or_answer(case: Case) -> RunFacts | Judgement:
    """The run, if its event files may be believed at this moment."""
    facts = case.facts
    run = facts.run
    if run is None:
        if facts.as_of < facts.launch:
            return case.pending("The training has not started yet.")
        return case.unknown("No training of this week had started by then.")
    if run.reader is None:
        return case.unknown(f"The event folder {run.source} is not there.")
    last = run.reader.last_event(run.until.timestamp())
    if last is None:
        return missing(case, run, "rollout/ep_rew_mean")
    if run.status in LIVE:
        silence = facts.clock.week_duration(from_unix(last.wall), run.until)
        if silence >= hang_limit(case):
            hours = silence.total_seconds() / 3600
            return case.unknown(f"The newest event is {hours:.1f} h old: no number to trust.")
    return run


def missing(case: Case, run: RunFacts, tag: str) -> Judgement:
    """PENDING while the number may still come, UNKNOWN when it should be there."""
    gone = absence(run.reader, tag, run.until)
    if gone.pending and run.status in LIVE:
        return case.pending(gone.why)
    ended = " The run has ended." if gone.pending else ""
    return case.unknown(gone.why + ended)


def too_few(case: Case, run: RunFacts, why: str) -> Judgement:
    """PENDING while more points will come, UNKNOWN when the run ended with so few."""
    if run.status in LIVE:
        return case.pending(why)
    return case.unknown(f"{why} The run has ended.")


def real_window(case: Case, run: RunFacts) -> timedelta | None:
    """The check's window, from week time to the real time in which events are stamped."""
    if case.spec.window_minutes is None:
        return None
    clock = case.facts.clock
    start = clock.to_real(clock.to_week(run.until) - timedelta(minutes=case.spec.window_minutes))
    return None if start is None else run.until - start


def hang_limit(case: Case) -> timedelta:
    """Week time without an event after which a run counts as hung: the manual's two hours."""
    for scenario in case.playbook.scenarios:
        if scenario.id == "hung" and scenario.hours is not None:
            return timedelta(hours=scenario.hours)
    return timedelta(hours=2)
