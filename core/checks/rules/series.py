"""A series of a run's event files to judge, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.language import Message, joined
from core.liveness import silence_of
from core.telemetry.absence import absence
from core.telemetry.readings import known_series, pace_series
from core.vocabulary import LIVE_TRAINING

if TYPE_CHECKING:
    from core.checks.case import Case
    from core.checks.judgement import Judgement
    from core.facts import RunFacts
    from core.telemetry import RunEvents, Series

RARE_GAPS = 3  # usual gaps of a series; after a longer silence it counts as no longer written


@dataclass(frozen=True)
class LoggedRun:
    """A run with event files that are recent enough to be judged."""

    facts: RunFacts
    events: RunEvents

    @property
    def until(self) -> datetime:
        """Real moment up to which its events count."""
        return self.facts.until

    def series(self, tag: str) -> Series:
        """The stitched points of a number."""
        return known_series(self.events, tag, self.until)

    @property
    def pace(self) -> Series:
        """One point an iteration."""
        return pace_series(self.events, self.until)


def run_or_answer(case: Case) -> LoggedRun | Judgement:
    """The run, if its event files are recent enough at this moment."""
    run = case.facts.run
    if run is None:
        return no_run(case)
    if run.reader is None:
        return case.unknown(Message("The event folder {folder} is missing.", folder=run.source))
    found = LoggedRun(run, run.reader)
    if run.reader.last_event(run.until.timestamp()) is None:
        return missing(case, found, "rollout/ep_rew_mean")
    if run.frozen is not None:
        return case.unknown(Message("{reason}.", reason=run.frozen))
    silence = case.facts.silence
    if silence is not None and silence.stalled:
        return case.unknown(
            Message(
                "No new event for {length} ({threshold}).",
                length=silence.length,
                threshold=silence.threshold,
            )
        )
    return found


def no_run(case: Case) -> Judgement:
    """PENDING before the launch, UNKNOWN after it."""
    if case.facts.as_of < case.facts.launch:
        return case.pending(Message("The run has not started yet."))
    return case.unknown(NONE_STARTED)


NONE_STARTED = Message("No run of this week had started by then.")


def missing(case: Case, run: LoggedRun, tag: str) -> Judgement:
    """PENDING while the number may still come, UNKNOWN when it should be there."""
    gone = absence(run.events, tag, run.until)
    return too_few(case, run, gone.why) if gone.pending else case.unknown(gone.why)


def too_few(case: Case, run: LoggedRun, why: Message) -> Judgement:
    """PENDING while more points will come, UNKNOWN when the run ended with so few."""
    if run.facts.status in LIVE_TRAINING:
        return case.pending(why)
    return case.unknown(joined([why, Message("The run has ended.")]))


def silent(case: Case, run: LoggedRun, series: Series) -> Judgement | None:
    """UNKNOWN when a live run no longer writes the judged series; None: it does.

    Other tags may still be written. The series is measured against its own intervals: an
    evaluation is written more rarely than a loss. An empty one is left to :func:`missing`.
    """
    if case.facts.silence is None or not len(series) or not math.isfinite(series.wall[-1]):
        return None
    began = run.facts.attempt_started or run.facts.started
    silence = silence_of(
        series.wall,
        run.until,
        case.facts.clock,
        replace(run.facts.limits, pauses=RARE_GAPS),
        since=run.facts.started,
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


def untrusted(case: Case, run: LoggedRun, series: Series) -> Judgement | None:
    """As :func:`silent`, and FAIL if the newest value is NaN or infinite.

    For series that are judged as a whole, where a NaN at the end must not be skipped.
    """
    if bad := silent(case, run, series):
        return bad
    if len(series) and not math.isfinite(series.last[1]):
        return case.failed(not_finite(series.tag, series.last[0]))
    return None


def not_finite(name: str, step: int | None) -> Message:
    """The reason for a NaN or an infinity."""
    return Message("{name} is NaN or infinite at step {step:,}.", name=name, step=step or 0)


def real_window(case: Case, run: LoggedRun) -> timedelta | None:
    """The check's window, from week time to the real time in which events are stamped."""
    if case.spec.window_minutes is None:
        return None
    window = timedelta(minutes=case.spec.window_minutes)
    return case.facts.clock.real_window(run.until, window)
