"""logging_broken: the process is alive and writes its log, but its events are lost."""

from __future__ import annotations

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.liveness import duration
from core.telemetry import Fault
from core.vocabulary import FindingStatus, Severity

_LOST = (Fault.DELETED, Fault.BAD_LENGTH, Fault.ZERO_TAIL, Fault.UNREADABLE)


def logging_broken(moment: RunView) -> ScenarioResult:
    """The process lives and writes its log, but its events stand still or are lost."""
    run = moment.run
    if not moment.active:
        return quiet(
            Sentence(
                f"The run is {run.status.value}: nothing is being logged.",
                f"A execução está {run.status.value}: nada está sendo registrado.",
            )
        )
    evidence = []
    evidence += [f"{p.file}: {p.detail}" for p in moment.problems if p.kind in _LOST]
    silence, behind = moment.silence, moment.log_ahead
    if behind is not None and behind > moment.patience:
        evidence.append(
            f"{moment.facts.log.path} was written {duration(behind)} after the newest event, "
            f"limit {duration(moment.patience)}"
        )
    if evidence:
        return ScenarioResult(
            FindingStatus.FIRING,
            Sentence(
                "The training runs, but its events are lost or stand still.",
                "O treinamento roda, mas seus eventos se perderam ou pararam.",
            ),
            Severity.WARNING,
            moment.step,
            tuple(evidence),
        )
    if silence is None:
        return no_data(Sentence("No event yet.", "Ainda nenhum evento."))
    return quiet(
        Sentence("Events are written.", "Eventos estão sendo gravados."),
        f"newest event {duration(silence)} ago",
        *(
            [f"last log line at most {duration(max(0.0, behind))} newer"]
            if behind is not None
            else []
        ),
    )
