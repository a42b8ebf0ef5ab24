"""not_converging: "normal, leave it alone" in the first hours, a warning after them."""

from __future__ import annotations

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.reward_evidence import (
    critic_fails,
    critic_predicts,
    in_portuguese,
    normal_hours,
    normal_until,
    replayed,
    too_early,
)
from core.diagnosis.reward_state import Level, RewardState
from core.diagnosis.run_view import RunView
from core.diagnosis.trend import trend
from core.vocabulary import FindingStatus, Severity, Trend

CONVERGED_SURELY = 0.05  # of the range below the best


def not_converging(
    moment: RunView, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> ScenarioResult:
    """NORMAL in the first 12 h of week time; later a warning, if no direction is seen.

    :param troubles: scenarios that fire; what they explain is not called normal.
    """
    state = history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(too_early(moment, state))
    if state.level is Level.CONVERGED:
        proven = _converged(moment, history)
        words = (
            Sentence("It has converged.", "Convergiu.")
            if proven
            else Sentence("It is level near its own best.", "Está estável perto do próprio melhor.")
        )
        return quiet(words, *(proven or critic_predicts(moment)), *state.numbers)
    if state.label is Trend.INCREASING:
        return quiet(
            Sentence(
                "The reward is INCREASING: it learns.",
                "O reward está subindo: aprende.",
            ),
            *state.numbers,
        )
    if not moment.active:
        return quiet(
            Sentence(
                f"The run is {moment.run.status.value}; there is nothing to wait for.",
                f"A execução está {moment.run.status.value}; não há o que esperar.",
            )
        )
    normal = normal_until(moment)
    if troubles:
        told = ", ".join(troubles)
        return quiet(
            Sentence(
                f"Not judged: {told} explains it, and is not normal.",
                f"Não julgado: {told} o explica, e não é normal.",
            ),
            *state.numbers,
        )
    if normal is not None:
        return ScenarioResult(
            FindingStatus.PENDING,
            Sentence(
                f"NORMAL: no clear direction yet. Leave it alone until {normal}.",
                f"NORMAL: ainda sem direção clara. Deixe como está até {in_portuguese(normal)}.",
            ),
            Severity.INFO,
            state.best_step,
            state.numbers,
            (),
            normal,
            "NORMAL",
        )

    def wandering(then: RewardState) -> bool:
        return not then.improved and then.label is not Trend.INCREASING

    status = replayed(history, wandering)
    limit = normal_hours(moment)
    return ScenarioResult(
        status,
        Sentence(
            f"No convergence after {moment.training_hours:.1f} h of week time "
            f"(normal for {limit:g} h).",
            f"Sem convergência após {moment.training_hours:.1f} h de tempo da semana "
            f"(normal por {limit:g} h).",
        ),
        Severity.WARNING,
        state.best_step,
        state.numbers + critic_fails(moment),
        critic_predicts(moment),
    )


def _converged(moment: RunView, history: list[RewardState]) -> tuple[str, ...]:
    """What proves it: two STABLE evaluations, within 5 % of the best, and a critic or an
    evaluation that agrees. Empty if not proven."""
    state = history[-1]
    stable = [then.trend.label is Trend.STABLE for then in history[-2:]]
    close = state.now >= state.best - CONVERGED_SURELY * state.spread
    if len(stable) < 2 or not all(stable) or not close:
        return ()
    found = critic_predicts(moment)
    evaluations = trend(moment.series("eval/mean_reward"))
    if evaluations.label is Trend.STABLE:
        found += (f"eval/mean_reward is STABLE ({evaluations.why})",)
    return found and (
        f"STABLE in two evaluations, within {CONVERGED_SURELY:.0%} of its range below the best",
        *found,
    )
