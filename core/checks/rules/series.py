"""What a run's event files allow: a series to judge, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.facts import RunFacts
from core.language import Message
from core.liveness import silence_of
from core.telemetry import Series
from core.telemetry.absence import absence
from core.vocabulary import LIVE_TRAINING

RARE_GAPS = 3  # of its own usual gaps: a series that missed so many is no longer written


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
    if run.reader.last_event(run.until.timestamp()) is None:
        return missing(case, run, "rollout/ep_rew_mean")
    silence = facts.silence
    if silence is not None and silence.stalled:
        return case.unknown(
            Message(
                "No new event for {length} ({threshold}).",
                length=silence.length,
                threshold=silence.threshold,
            )
        )
    return run


def missing(case: Case, run: RunFacts, tag: str) -> Judgement:
    """PENDING while the number may still come, UNKNOWN when it should be there."""
    gone = absence(run.reader, tag, run.until)
    if gone.pending and run.status in LIVE_TRAINING:
        return case.pending(gone.why)
    ended = " The run has ended." if gone.pending else ""
    return case.unknown(gone.why + ended)


def too_few(case: Case, run: RunFacts, why: str) -> Judgement:
    """PENDING while more points will come, UNKNOWN when the run ended with so few."""
    if run.status in LIVE_TRAINING:
        return case.pending(why)
    return case.unknown(f"{why} The run has ended.")


def silent(case: Case, run: RunFacts, series: Series) -> Judgement | None:
    """UNKNOWN when a live run no longer writes the judged series; None: it does.

    Other tags may still be written. The series is measured against its own intervals: an
    evaluation is written more rarely than a loss. An empty one is left to :func:`missing`.
    """
    if case.facts.silence is None or not len(series) or not math.isfinite(series.wall[-1]):
        return None
    began = run.attempt_started or run.started
    silence = silence_of(
        series.wall,
        run.until,
        case.facts.clock,
        replace(run.limits, pauses=RARE_GAPS),
        since=run.started,
        newest=max(float(series.wall[-1]), began.timestamp()),
    )
    if not silence.stalled:
        return None
    return case.unknown(
        Message(
            "No new point of {tag} for {length} ({threshold}).",
            tag=series.tag,
            length=silence.length,
            threshold=silence.threshold,
        )
    )


def untrusted(case: Case, run: RunFacts, series: Series) -> Judgement | None:
    """As :func:`silent`, and FAIL when the newest value is no number.

    For series that are judged as a whole: a NaN at the end is no gap to step over.
    """
    if bad := silent(case, run, series):
        return bad
    if len(series) and not math.isfinite(series.last[1]):
        return case.failed(f"{series.tag} is not a finite number at step {series.last[0]:,}.")
    return None


def real_window(case: Case, run: RunFacts) -> timedelta | None:
    """The check's window, from week time to the real time in which events are stamped."""
    if case.spec.window_minutes is None:
        return None
    window = timedelta(minutes=case.spec.window_minutes)
    return case.facts.clock.real_window(run.until, window)
