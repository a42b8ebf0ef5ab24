"""crash: the trainer's own failure. The machine's failures are told apart."""

from __future__ import annotations

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.vocabulary import FindingStatus, Severity, TrainingStatus

_SHOWN = 3


def crash(moment: RunView) -> ScenarioResult:
    """CRASHED is critical; LOST is a warning, as nobody can prove how it ended."""
    run, log = moment.run, moment.facts.log
    step = moment.step
    errors = () if log is None else log.errors[-_SHOWN:]
    seen = f"last event at step {step:,}" if step is not None else "it never logged an event"
    if run.status is TrainingStatus.CRASHED:
        return ScenarioResult(
            FindingStatus.FIRING,
            Sentence(
                f"The training crashed: {_clause(run.reason) or 'reason unknown'}.",
                f"O treinamento caiu: {_clause(run.reason) or 'motivo desconhecido'}.",
            ),
            Severity.CRITICAL,
            step,
            (run.reason or "status CRASHED", seen, *errors),
        )
    if run.status is TrainingStatus.LOST:
        return ScenarioResult(
            FindingStatus.FIRING,
            Sentence(
                f"The training ended, and nobody can prove how: {_clause(run.reason) or 'no exit code'}.",
                f"O treinamento terminou e ninguém pode provar como: {_clause(run.reason) or 'sem código de saída'}.",
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
    if not run.process_known and run.status is not TrainingStatus.COMPLETED:
        return _by_files_alone(moment, seen, errors)
    return quiet(
        Sentence(
            f"The run is {run.status.value}.",
            f"A execução está {run.status.value}.",
        ),
        seen,
        *errors,
    )


def _by_files_alone(moment: RunView, seen: str, errors: tuple[str, ...]) -> ScenarioResult:
    """Files don't say whether a process lives, nor how one ended."""
    if moment.silence is None:
        return no_data(
            Sentence(
                "There is no event and no process is known: nothing can be judged.",
                "Não há eventos e nenhum processo é conhecido: não há o que julgar.",
            )
        )
    if moment.active:
        told = Sentence(
            "No process of this run is known, and nothing in its files says that it crashed.",
            "Nenhum processo desta execução é conhecido, e nada em seus arquivos diz que ela caiu.",
        )
    else:
        told = Sentence(
            "It has ended, and its end is unknown: no process is known, and files don't say how.",
            "Terminou, e seu fim é desconhecido: nenhum processo é conhecido, e arquivos não dizem como.",
        )
    return quiet(told, seen, *errors)


def _clause(reason: str) -> str:
    """A reason, to stand inside a sentence of ours."""
    return reason.rstrip(".")
