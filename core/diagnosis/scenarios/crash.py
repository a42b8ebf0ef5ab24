"""crash: the trainer's own failure. A failure of the machine is not one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.language import Message, joined, literal
from core.state_words import capitals
from core.vocabulary import FindingStatus, Severity, TrainingStatus

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

_SHOWN = 3


def crash(moment: RunView) -> ScenarioResult:
    """CRASHED is critical; LOST is a warning, as its exit status is unknown.

    That we do not know how a process ended that was never supervised is no warning.
    """
    run, log, step = moment.run, moment.facts.log, moment.step
    errors = () if log is None else tuple(map(literal, log.errors[-_SHOWN:]))
    reason = literal(run.reason) if run.reason else None
    evidence = reason or Message("status {status}", status=capitals(run.status))
    newest = (
        Message("no event was ever logged")
        if step is None
        else Message("last event at step {step:,}", step=step)
    )
    if run.status is TrainingStatus.CRASHED:
        because = reason or Message("Reason unknown.")
        return ScenarioResult(
            FindingStatus.FIRING,
            joined([Message("Trainer crashed."), because]),
            Severity.CRITICAL,
            step,
            (evidence, newest, *errors),
        )
    if run.status is TrainingStatus.LOST and run.process_known:
        because = reason or Message("No exit code.")
        return ScenarioResult(
            FindingStatus.FIRING,
            joined([Message("Run ended, exit status unknown."), because]),
            Severity.WARNING,
            step,
            (evidence, newest, *errors),
        )
    if run.status is TrainingStatus.INTERRUPTED:
        return clear(
            Message("Run interrupted by the machine; the trainer did not fail."), evidence, newest
        )
    if not run.process_known and run.status is not TrainingStatus.COMPLETED:
        return _by_files_alone(moment, newest, *errors)
    return clear(Message("Run {status}.", status=capitals(run.status)), newest, *errors)


def _by_files_alone(moment: RunView, *against: Message) -> ScenarioResult:
    """Files don't say whether a process is alive, nor how one ended."""
    if moment.silence is None:
        return no_data(Message("No event and no known process."))
    if moment.active:
        return clear(Message("No known process; no sign of a crash in the files."), *against)
    return clear(Message("Run ended, exit status unknown: no known process."), *against)
