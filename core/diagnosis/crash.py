"""crash: the trainer's own failure. The machine's failures are told apart."""

from __future__ import annotations

from core.diagnosis.finding import Verdict, quiet
from core.diagnosis.moment import Moment
from core.vocabulary import FindingStatus, Severity, TrainingStatus

_SHOWN = 3


def crash(moment: Moment) -> Verdict:
    """CRASHED is critical; LOST is a warning, as nobody can prove how it ended."""
    run, log = moment.run, moment.facts.log
    step = moment.step
    errors = () if log is None else log.errors[-_SHOWN:]
    seen = f"last event at step {step}" if step is not None else "it never logged an event"
    if run.status is TrainingStatus.CRASHED:
        return Verdict(
            FindingStatus.FIRING,
            f"The training crashed: {run.reason or 'reason unknown'}.",
            Severity.CRITICAL,
            step,
            (run.reason or "status CRASHED", seen, *errors),
        )
    if run.status is TrainingStatus.LOST:
        return Verdict(
            FindingStatus.FIRING,
            f"The training ended, and nobody can prove how: {run.reason or 'no exit code'}.",
            Severity.WARNING,
            step,
            (run.reason or "status LOST", seen, *errors),
        )
    if run.status is TrainingStatus.INTERRUPTED:
        return quiet(
            "The machine interrupted the run; the trainer did not fail.",
            run.reason or "status INTERRUPTED",
            seen,
        )
    return quiet(f"The run is {run.status.value}.", seen, *errors)
