"""flat_reward: the manual's plateau. No new best for two hours, and no direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_evidence import (
    contradictions,
    critic_fails,
    critic_predicts,
    ended_early,
    flat_hours,
    normal_until,
    replayed,
    too_early,
)
from core.diagnosis.reward_state import Level, RewardState
from core.language import Message
from core.vocabulary import FindingStatus, Severity, Trend

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView

_ALARMING = (Level.STUCK, Level.REGRESSED)
_DIRECTIONS = {
    Trend.INCREASING: Message("The reward is rising."),
    Trend.STABLE: Message("The reward is stable."),
    Trend.DECREASING: Message("The reward is falling."),
}
_CONSTANT = Message(
    "Reward constant from the start: nothing was learned, or nothing is left to learn"
)
_NOT_CONVERGED = Message(
    "Reward stable near its own best, but other curves contradict that it has converged"
)
_VERDICTS = {
    Level.STUCK: Message("Reward stuck: no higher than at the start, and never improved"),
    Level.REGRESSED: Message("Reward regressed: far below its own best or beginning"),
    Level.CONVERGED: Message("Reward converged: stable near its own best"),
    Level.PLATEAU: Message("Reward on a plateau: stable, somewhat below its own best"),
}


def flat_reward(
    moment: RunView, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> ScenarioResult:
    """No new best for 2 h of week time and a STABLE trend; alarms when STUCK or REGRESSED.

    :param troubles: scenarios that fire: while one of them fires, a flat reward is not called normal.
    """
    hours, state = flat_hours(moment.playbook), history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(too_early(moment, state))

    def flat(then: RewardState) -> bool:
        return then.level in _ALARMING and then.flat_hours >= hours

    if state.level is Level.MOVING:
        return clear(_DIRECTIONS[state.label], *state.numbers)
    status = replayed(history, flat)
    normal = normal_until(moment)
    verdict = _CONSTANT if state.constant else _VERDICTS[state.level]
    first = moment.continues_from if state.level is Level.STUCK else None
    if first is not None:
        verdict = Message(
            "Reward stable since the events begin, at step {step:,}: an earlier part of the run is "
            "not among them",
            step=first,
        )
    doubts = contradictions(moment) if state.level is Level.CONVERGED else ()
    if doubts and not state.constant:
        verdict = _NOT_CONVERGED
    if state.level is Level.STUCK and normal is not None and not troubles:
        return ScenarioResult(
            FindingStatus.PENDING,
            Message("{verdict}. Normal until {until}.", verdict=verdict, until=normal),
            Severity.INFO,
            state.best_step,
            state.numbers,
            (Message("PPO often needs hours before the reward starts to rise"),),
            normal,
            state.level.value,
        )
    if state.level is Level.STUCK and not troubles and ended_early(moment):
        headline = Message(
            "{verdict}. The run ended after {hours:.1f} h, too early to call that wrong.",
            verdict=verdict,
            hours=moment.training_hours,
        )
        return clear(headline, *state.numbers)
    if status is FindingStatus.OK:
        return ScenarioResult(
            status,
            Message("{verdict}.", verdict=verdict),
            evidence_against=doubts + state.numbers,
            kind=state.level.value,
        )
    return ScenarioResult(
        status,
        Message(
            "{verdict}. No new best for {hours:.1f} h of week time.",
            verdict=verdict,
            hours=state.flat_hours,
        ),
        Severity.WARNING,
        state.best_step,
        state.numbers + critic_fails(moment),
        critic_predicts(moment),
        kind=state.level.value,
    )
