"""hung: a silence longer than the run's own cadence, or than the playbook's hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.language import Message, joined, literal
from core.process_state import known_cause
from core.state_words import capitals
from core.timestamps import age_text, duration
from core.vocabulary import FindingStatus, Liveness, Severity, TrainingStatus

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import LastEvent

_RESUMED_POINTS = 3  # iterations after a long gap during which it is still reported


def hung(moment: RunView) -> ScenarioResult:
    """WARNING beyond the learned limit (real time), CRITICAL beyond the playbook's (week time)."""
    run = moment.run
    if not moment.active and not run.process_known:
        return clear(Message("Run finished, not hung. How it ended is unknown: no known process."))
    if not moment.active:
        return clear(
            Message("Run {status}: a finished run is not hung.", status=capitals(run.status))
        )
    called = run.status is TrainingStatus.HUNG
    if (moment.step or 0) >= run.total_steps and not called:
        return clear(Message("All {steps:,} steps are done: not hung.", steps=run.total_steps))
    last = None if run.reader is None else run.reader.last_event(moment.unix)
    if run.frozen is not None:
        return ScenarioResult(
            FindingStatus.FIRING,
            Message("{reason}.", reason=run.frozen),
            Severity.CRITICAL,
            None if last is None else last.step,
            () if last is None else (_newest_event(moment, last),),
            known=known_cause(run.frozen),
        )
    if last is None:
        return _without_event(moment, called)
    silence = moment.judged_silence
    unknown = run.attempt_started is None or not silence.stalled
    if run.waits_for_attempt(moment.until) and unknown and not called:
        return no_data(Message("The newest attempt has not logged its first iteration."))
    return _by_silence(moment, last, called)


def _without_event(moment: RunView, called: bool) -> ScenarioResult:
    silence = moment.judged_silence
    if not called and not silence.hung:
        return no_data(Message("No event yet: it may still be starting."))
    log = moment.facts.log
    # [ISSUE] lines may be written about a silent trainer, not by it.
    if log is not None and log.last_line_at is not None and not log.issues and not called:
        age = (moment.until - log.last_line_at).total_seconds()
        if age <= silence.limit:
            return clear(
                Message("No event was ever logged, but the log grows: see no_metrics."),
                Message("last line of {log} {age} ago", log=log.path, age=age_text(max(0.0, age))),
            )
    reason = moment.run.reason
    headline = (
        joined([Message("The run never logged an event."), literal(reason)])
        if reason
        else Message("The run never logged an event: {reason}.", reason=silence.text)
    )
    return ScenarioResult(FindingStatus.FIRING, headline, Severity.CRITICAL)


def _by_silence(moment: RunView, last: LastEvent, called: bool) -> ScenarioResult:
    run, log, silence = moment.run, moment.facts.log, moment.judged_silence
    age = age_text(moment.unix - last.wall)
    fact = _newest_event(moment, last)
    ahead = moment.log_ahead or 0.0
    later = silence.seconds > silence.limit and ahead > silence.limit
    grows = later or moment.facts.log_outlives_events
    if log is not None and grows and not called:
        return clear(
            Message(
                "Events stopped, but the log still grows: see logging_broken ({fact}).", fact=fact
            ),
            Message(
                "{log} is {age} newer than the newest event", log=log.path, age=age_text(ahead)
            ),
        )
    if called or silence.hung:
        return ScenarioResult(
            FindingStatus.FIRING,
            Message("No event for {age}, since step {step:,}.", age=age, step=last.step)
            if run.writer_known
            else Message(
                "No event for {age}, since step {step:,}: ended or hung. It is not known whether a"
                " process still writes the files.",
                age=age,
                step=last.step,
            ),
            Severity.CRITICAL if run.writer_known or called else Severity.WARNING,
            last.step,
            (fact, literal(run.reason) if run.reason else silence.text),
            _log_grows(moment),
        )
    if silence.liveness is not Liveness.WORKING:
        return ScenarioResult(
            FindingStatus.FIRING if silence.stalled else FindingStatus.PENDING,
            Message("No event for {age} ({threshold}).", age=age, threshold=silence.learned),
            Severity.WARNING,
            last.step,
            (fact,),
            _log_grows(moment),
        )
    if (pause := _recent_pause(moment, silence.limit)) is not None:
        step, length = pause
        return ScenarioResult(
            FindingStatus.RECOVERING,
            Message(
                "No event for {length} before step {step:,}; events have resumed.",
                length=age_text(length),
                step=step,
            ),
            Severity.WARNING,
            step,
            (
                Message(
                    "gap of {length} before step {step:,} ({threshold})",
                    length=age_text(length),
                    step=step,
                    threshold=silence.learned,
                ),
            ),
            (fact,),
        )
    headline = (
        Message("Working: {fact}.", fact=fact)
        if run.process_known
        else Message("No long silence; no known process: {fact}.", fact=fact)
    )
    return clear(headline, silence.threshold)


def _newest_event(moment: RunView, last: LastEvent) -> Message:
    age, gap = age_text(moment.unix - last.wall), moment.judged_silence.gap
    if gap is None:
        return Message("newest event at step {step:,}, {age} ago", step=last.step, age=age)
    return Message(
        "newest event at step {step:,}, {age} ago (usual interval between events {gap})",
        step=last.step,
        age=age,
        gap=duration(gap),
    )


def _log_grows(moment: RunView) -> tuple[Message, ...]:
    """Evidence against: a log that was written long after the newest event."""
    log, silence = moment.facts.log, moment.silence
    if log is None or log.last_line_at is None or silence is None:
        return ()
    newer = log.last_line_at.timestamp() - (moment.unix - silence)
    if newer <= moment.patience:
        return ()
    return (
        Message(
            "{log} is {age} newer than the newest event: logging may be broken instead",
            log=log.path,
            age=age_text(newer),
        ),
    )


def _recent_pause(moment: RunView, limit: float) -> tuple[int, float] | None:
    """Step after and length of a gap that ended within the last iterations."""
    pace = moment.of_attempt(moment.pace())
    gaps = np.diff(pace.wall)[-_RESUMED_POINTS:]
    if not len(gaps) or gaps.max() <= limit:
        return None
    place = len(pace) - len(gaps) + int(gaps.argmax())
    return int(pace.step[place]), float(gaps.max())
