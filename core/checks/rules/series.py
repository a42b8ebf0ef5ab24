"""What a run's event files allow: a series to judge, or the reason why there is none."""

from __future__ import annotations

import math
from datetime import timedelta
from statistics import median

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.facts import RunFacts
from core.telemetry import Series
from core.telemetry.absence import absence
from core.timestamps import from_unix
from core.vocabulary import TrainingStatus

# Event files of a run whose process is still there; every other status has ended.
LIVE = frozenset({TrainingStatus.RUNNING, TrainingStatus.HUNG})
RARE_GAPS = 3  # of its own usual gaps, after which a rarely written series is silent


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


def silent(case: Case, run: RunFacts, series: Series, rare: bool = False) -> Judgement | None:
    """UNKNOWN when a live run no longer writes the judged series; None: it does.

    Other tags may be written on. An empty series is left to :func:`missing`.

    :param rare: the series is written at long intervals (an evaluation); it is silent
        only after three of them.
    """
    if run.status not in LIVE or not len(series) or not math.isfinite(series.wall[-1]):
        return None
    age = case.facts.clock.week_duration(series.last_at, run.until)
    limit = hang_limit(case)
    if rare:
        limit = max(limit, RARE_GAPS * _usual_gap(case, run, series))
    if age < limit:
        return None
    hours = age.total_seconds() / 3600
    return case.unknown(f"The newest point of {series.tag} is {hours:.1f} h old.")


def untrusted(case: Case, run: RunFacts, series: Series) -> Judgement | None:
    """As :func:`silent`, and FAIL when the newest value is no number.

    For series that are judged as a whole: a NaN at the end is no gap to step over.
    """
    if bad := silent(case, run, series):
        return bad
    if len(series) and not math.isfinite(series.last[1]):
        return case.failed(f"{series.tag} is not a finite number at step {series.last[0]:,}.")
    return None


def _usual_gap(case: Case, run: RunFacts, series: Series) -> timedelta:
    """Median week time between two points; the first one's gap is from the run's start."""
    walls = [float(wall) for wall in series.wall if math.isfinite(wall)]
    weeks = [case.facts.clock.to_week(at) for at in (run.started, *map(from_unix, walls))]
    return median(after - before for before, after in zip(weeks, weeks[1:], strict=False))


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
