"""hung: silence beyond the run's own cadence.

On 376 public runs the learned limit, max(10 min, 20 median gaps), gave no false alarm,
and finds a hang some twelve times sooner than two hours.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.run_view import RunView
from core.liveness import duration
from core.vocabulary import FindingStatus, Severity, TrainingStatus

HUNG_HOURS = 2.0  # week time: the manual's, if the playbook has none
FEWEST_GAPS = 10  # no public run was ever silent for so many of its gaps, and then went on
SUSPICIOUS = 0.5  # of the learned limit
_UNKNOWN = (
    "Not silent for long; no process is known",
    "Sem silêncio longo; nenhum processo conhecido",
)
_RESUMED_POINTS = 3  # iterations after a long gap during which it is still told


def hung(moment: RunView) -> ScenarioResult:
    """WARN beyond the learned limit (real time), CRITICAL beyond the manual's (week time)."""
    run, silence = moment.run, moment.silence
    if not moment.active and not run.process_known:
        return quiet(
            Sentence(
                "It has ended, its end is unknown, and it is not hung: no process is known.",
                "Terminou, seu fim é desconhecido, e não travou: nenhum processo é conhecido.",
            )
        )
    if not moment.active:
        return quiet(
            Sentence(
                f"The run is {run.status.value}: it has ended, and is not hung.",
                f"A execução está {run.status.value}: terminou, não travou.",
            )
        )
    limit_hours = moment.setting("hung", "hours", HUNG_HOURS)
    called = run.status is TrainingStatus.HUNG
    if (moment.step or 0) >= run.total_steps and not called:
        return quiet(
            Sentence(
                f"All {run.total_steps:,} steps are done: it is finished, and not hung.",
                f"Todos os {run.total_steps:,} passos foram feitos: terminou, não travou.",
            )
        )
    if silence is None:
        if called:
            return _firing(
                moment,
                Severity.CRITICAL,
                Sentence(
                    f"The run never logged: {run.reason.rstrip('.')}.",
                    f"A execução nunca registrou nada: {run.reason.rstrip('.')}.",
                ),
                (),
            )
        return no_data(
            Sentence(
                "No event yet: a silence can't be told from a slow start.",
                "Ainda nenhum evento: não dá para distinguir silêncio de início lento.",
            )
        )
    if moment.waits_for_attempt and not called:
        return no_data(
            Sentence(
                "The newest attempt has not logged its first iteration.",
                "A tentativa mais nova ainda não registrou a primeira iteração.",
            )
        )
    gap, limit = moment.gap, moment.patience
    last = moment.reader.last_event(moment.unix)
    quiet_hours = moment.week_hours(moment.until - timedelta(seconds=silence))
    cadence = "cadence not known yet" if gap is None else f"usual gap {duration(gap)}"
    fact = f"newest event at step {last.step:,}, {duration(silence)} ago ({cadence})"
    behind = moment.log_ahead
    if silence > limit and behind is not None and behind > limit and not called:
        return quiet(
            Sentence(
                f"The training works, but its events stand still: see logging_broken ({fact}).",
                f"O treinamento trabalha, mas seus eventos pararam: veja logging_broken ({fact}).",
            ),
            f"{moment.facts.log.path} went on for {duration(behind)} behind the newest event",
        )
    # On a fast clock two hours of the week may be shorter than one iteration.
    if called or (quiet_hours >= limit_hours and silence > FEWEST_GAPS * moment.cadence):
        why = run.reason or f"{quiet_hours:.1f} h of week time, the manual allows {limit_hours:g} h"
        headline = Sentence(
            f"No progress since step {last.step:,}: silent for {duration(silence)}.",
            f"Sem progresso desde o passo {last.step:,}: em silêncio há {duration(silence)}.",
        )
        return _firing(moment, Severity.CRITICAL, headline, (fact, why), last.step)
    if silence > limit:
        headline = Sentence(
            f"Silent for {duration(silence)}, beyond the learned limit of {duration(limit)}.",
            f"Em silêncio há {duration(silence)}, além do limite aprendido de {duration(limit)}.",
        )
        return _firing(moment, Severity.WARNING, headline, (fact,), last.step)
    if silence > SUSPICIOUS * limit:
        return ScenarioResult(
            FindingStatus.PENDING,
            Sentence(
                f"Silent for {duration(silence)}; the learned limit is {duration(limit)}.",
                f"Em silêncio há {duration(silence)}; o limite aprendido é {duration(limit)}.",
            ),
            Severity.WARNING,
            last.step,
            (fact,),
        )
    pause = _recent_pause(moment, limit)
    if pause is not None:
        step, length = pause
        return ScenarioResult(
            FindingStatus.RECOVERING,
            Sentence(
                f"It was silent for {duration(length)} before step {step}, and goes on.",
                f"Ficou em silêncio por {duration(length)} antes do passo {step}, e continua.",
            ),
            Severity.WARNING,
            step,
            (f"gap of {duration(length)} before step {step} (limit {duration(limit)})",),
            (fact,),
        )
    working = ("Working", "Trabalhando") if run.process_known else _UNKNOWN
    return quiet(
        Sentence(
            f"{working[0]}: {fact}.",
            f"{working[1]}: passo {last.step:,}, há {duration(silence)}.",
        ),
        f"learned limit {duration(limit)}",
    )


def _firing(
    moment: RunView,
    severity: Severity,
    headline: str,
    evidence: tuple[str, ...],
    step: int | None = None,
) -> ScenarioResult:
    against = []
    log = moment.facts.log
    if log is not None and log.last_line_at is not None and moment.silence is not None:
        newer = log.last_line_at.timestamp() - (moment.unix - moment.silence)
        if newer > moment.patience:
            against.append(
                f"{log.path} went on for {duration(newer)}: logging may be broken instead"
            )
    return ScenarioResult(FindingStatus.FIRING, headline, severity, step, evidence, tuple(against))


def _recent_pause(moment: RunView, limit: float) -> tuple[int, float] | None:
    """Step after and length of a gap that ended within the last iterations."""
    pace = moment.of_attempt(moment.pace())
    gaps = np.diff(pace.wall)[-_RESUMED_POINTS:]
    if not len(gaps) or gaps.max() <= limit:
        return None
    place = len(pace) - len(gaps) + int(gaps.argmax())
    return int(pace.step[place]), float(gaps.max())
