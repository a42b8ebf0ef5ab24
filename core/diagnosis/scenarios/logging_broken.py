"""logging_broken: the process is alive and writes its log, but its events are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.language import Message
from core.state_words import capitals
from core.telemetry import Fault
from core.timestamps import age_text
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

_LOST = (Fault.DELETED, Fault.BAD_LENGTH, Fault.ZERO_TAIL, Fault.UNREADABLE)


def logging_broken(moment: RunView) -> ScenarioResult:
    """WARNING: event files are lost, or are older than a log that still grows."""
    run, log = moment.run, moment.facts.log
    if not moment.active:
        return clear(Message("Run {status}: nothing is being logged.", status=capitals(run.status)))
    evidence = [problem.text for problem in moment.problems if problem.kind in _LOST]
    silence, ahead = moment.silence, moment.log_ahead
    alone = moment.facts.log_outlives_events
    if log is not None and ahead is not None and (alone or ahead > moment.patience):
        of_attempt = Message(
            "{log} was written {ahead} after the newest attempt began, which has logged no event"
            " ({threshold})",
            log=log.path,
            ahead=age_text(ahead),
            threshold=moment.judged_silence.learned,
        )
        of_event = Message(
            "{log} was written {ahead} after the newest event ({threshold})",
            log=log.path,
            ahead=age_text(ahead),
            threshold=moment.judged_silence.learned,
        )
        evidence.append(of_attempt if run.waits_for_attempt(moment.until) else of_event)
    if evidence:
        return ScenarioResult(
            FindingStatus.FIRING,
            Message("The run is alive, but its events are lost or no longer written."),
            Severity.WARNING,
            moment.step,
            tuple(evidence),
        )
    if silence is None:
        return no_data(Message("No event yet."))
    against = [Message("newest event {age} ago", age=age_text(silence))]
    if ahead is not None:
        newer = age_text(max(0.0, ahead))
        against.append(Message("last log line at most {age} newer", age=newer))
    return clear(Message("Events are being written."), *against)
