"""crash: the trainer's own failure. The machine's failures are told apart."""

from __future__ import annotations

from core.diagnosis.finding import Sentence, Verdict, quiet
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
            Sentence(
                f"The training crashed: {run.reason or 'reason unknown'}.",
                f"O treinamento caiu: {run.reason or 'motivo desconhecido'}.",
            ),
            Severity.CRITICAL,
            step,
            (run.reason or "status CRASHED", seen, *errors),
        )
    if run.status is TrainingStatus.LOST:
        return Verdict(
            FindingStatus.FIRING,
            Sentence(
                f"The training ended, and nobody can prove how: {run.reason or 'no exit code'}.",
                f"O treinamento terminou e ninguém pode provar como: {run.reason or 'sem código de saída'}.",
            ),
            Severity.WARNING,
            step,
            (run.reason or "status LOST", seen, *errors),
        )
    if run.status is TrainingStatus.INTERRUPTED:
        return quiet(
            Sentence(
                "The machine interrupted the run; the trainer did not fail.",
                "A máquina interrompeu a execução; o treinador não falhou.",
            ),
            run.reason or "status INTERRUPTED",
            seen,
        )
    return quiet(
        Sentence(
            f"The run is {run.status.value}.",
            f"A execução está {run.status.value}.",
        ),
        seen,
        *errors,
    )
