"""no_metrics: nothing is logged, or not what a training must log."""

from __future__ import annotations

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.telemetry import Fault
from core.telemetry.absence import PATIENCE
from core.telemetry.aliases import canonical
from core.vocabulary import FindingStatus, Severity

_PT = {
    "rollout/": "sem estatísticas de episódio: envolva o env em Monitor (VecMonitor)",
    "train/": "sem losses nem divergência KL: as métricas da atualização não são registradas",
}


def no_metrics(moment: RunView) -> ScenarioResult:
    """No file, header only, no train/* or no rollout/* after three iterations."""
    if moment.silence is None:
        return _nothing(moment)
    iterations = len(moment.pace())
    tags = sorted({canonical(tag) for tag in moment.reader.tags()})
    present = [tag for tag in tags if len(moment.series(tag))]
    missing = [
        (folder, why)
        for folder, why in (
            ("rollout/", "no episode statistics: wrap the env in Monitor (VecMonitor)"),
            ("train/", "no losses and no KL divergence: the update's metrics are not logged"),
        )
        if not any(tag.startswith(folder) for tag in present)
    ]
    step = moment.step
    if not missing:
        return quiet(
            Sentence(
                f"{len(present)} metrics are logged, newest at step {step}.",
                f"{len(present)} métricas registradas, a mais nova no passo {step}.",
            )
        )
    evidence = tuple(f"{folder}* {why} ({iterations} iterations)" for folder, why in missing)
    if iterations <= PATIENCE:
        return ScenarioResult(
            FindingStatus.PENDING,
            Sentence(
                f"{' and '.join(folder + '*' for folder, _ in missing)} may still come: "
                f"{iterations} iterations so far.",
                f"{' e '.join(folder + '*' for folder, _ in missing)} ainda pode vir: "
                f"{iterations} iterações até agora.",
            ),
            Severity.INFO,
            step,
            evidence,
        )
    return ScenarioResult(
        FindingStatus.FIRING,
        Sentence(
            f"Metrics are missing: {'; '.join(f'{folder}* {why}' for folder, why in missing)}.",
            f"Faltam métricas: {'; '.join(f'{folder}* {_PT[folder]}' for folder, _ in missing)}.",
        ),
        Severity.WARNING,
        step,
        evidence,
        (f"{len(present)} other metrics are logged",),
    )


def _nothing(moment: RunView) -> ScenarioResult:
    reader = moment.reader
    files = [] if reader is None else reader.files
    evidence = [
        f"{file.name}: {file.size} bytes, {file.records} records, no scalar" for file in files
    ]
    evidence += [f"{p.file}: {p.detail}" for p in moment.problems]
    if reader is None:
        evidence.append(f"{moment.run.source} does not exist")
    lost = any(p.kind is Fault.DELETED for p in moment.problems)
    age = (moment.until - moment.run.started).total_seconds()
    # Without a single attempt nobody is on the way to write one: a folder, given as it is.
    late = moment.judged_silence.stalled or moment.run.attempts == 0
    if not (lost or late) and moment.active:
        return no_data(
            Sentence(
                f"No metric yet, {age / 60:.0f} min after the start.",
                f"Ainda nenhuma métrica, {age / 60:.0f} min após o início.",
            )
        )
    what = "the events are gone" if lost else "no metric was ever logged"
    return ScenarioResult(
        FindingStatus.FIRING,
        Sentence(
            f"Metrics are not logged: {what}.",
            f"Métricas não são registradas: {'os eventos sumiram' if lost else 'nada foi registrado até agora'}.",
        ),
        Severity.WARNING,
        None,
        tuple(evidence),
    )
