"""not_converging: "normal, leave it alone" in the first hours, a warning after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_evidence import (
    contradictions,
    critic_fails,
    critic_predicts,
    normal_hours,
    normal_until,
    replayed,
    too_early,
)
from core.diagnosis.reward_state import Level, RewardState
from core.diagnosis.trend import trend
from core.language import Message
from core.state_words import capitals
from core.vocabulary import FindingStatus, Severity, Trend

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

# While one of them fires, nothing is called learning or converged.
_NOT_LEARNING = {"collapse", "policy_dead"}
_RISING_ONLY = Message("The reward is rising, but other curves contradict that it learns.")
_STABLE_ONLY = Message("The reward is stable, but other curves contradict that it has converged.")
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
    if state.level is Level.REGRESSED or _NOT_LEARNING & set(troubles):
        known = troubles or ("flat_reward",)
        return clear(_explained(known), *state.numbers)
    doubts = contradictions(moment)
    if doubts and (state.level is Level.CONVERGED or state.label is Trend.INCREASING):
        rising = state.label is Trend.INCREASING
        return clear(_RISING_ONLY if rising else _STABLE_ONLY, *doubts, *state.numbers)
    if state.level is Level.CONVERGED:
        proven = _converged(moment, history)
        headline = (
            Message("Reward converged.") if proven else Message("Reward stable near its own best.")
        )
        return clear(headline, *(proven or critic_predicts(moment)), *state.numbers)
    if state.label is Trend.INCREASING:
        return clear(Message("The reward is rising: the policy is learning."), *state.numbers)
    if not moment.active:
        status = capitals(moment.run.status)
        return clear(Message("Run {status}: nothing to wait for.", status=status))
    if troubles:
        return clear(_explained(troubles), *state.numbers)
    normal = normal_until(moment)
    if normal is not None:
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("Normal: no clear direction yet. Leave it alone until {until}.", until=normal),
            Severity.INFO,
            state.best_step,
            state.numbers,
            (),
            normal,
            "NORMAL",
        )

    def wandering(then: RewardState) -> bool:
        return not then.improved and then.label is not Trend.INCREASING

    return ScenarioResult(
        replayed(history, wandering),
        Message(
            "No convergence after {hours:.1f} h of week time (normal for {limit:g} h).",
            hours=moment.training_hours,
            limit=normal_hours(moment.playbook),
        ),
        Severity.WARNING,
        state.best_step,
        state.numbers + critic_fails(moment),
        critic_predicts(moment),
    )


def _explained(scenarios: tuple[str, ...]) -> Message:
    return Message("Not evaluated: explained by {scenarios}.", scenarios=", ".join(scenarios))


def _converged(moment: RunView, history: list[RewardState]) -> tuple[Message, ...]:
    """What proves it: two STABLE evaluations, within 5 % of the best, and a critic or an
    evaluation that agrees. Empty if not proven.
    """
    state = history[-1]
    if state.best is None or state.now is None:
        return ()
    stable = [then.trend.label is Trend.STABLE for then in history[-2:]]
    close = state.now >= state.best - CONVERGED_SURELY * state.spread
    if len(stable) < 2 or not all(stable) or not close:
        return ()
    found = critic_predicts(moment)
    evaluations = trend(moment.series("eval/mean_reward"))
    if evaluations.label is Trend.STABLE:
        found += (Message("eval/mean_reward is STABLE ({why})", why=evaluations.why),)
    proof = Message(
        "STABLE in two evaluations, at most {share:.0%} of its range below the best",
        share=CONVERGED_SURELY,
    )
    return found and (proof, *found)
