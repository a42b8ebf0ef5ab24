"""flat_reward: the manual's plateau. No new best for two hours, and no direction."""

from __future__ import annotations

from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.reward_evidence import (
    critic_fails,
    critic_predicts,
    ended_early,
    flat_hours,
    in_portuguese,
    normal_until,
    replayed,
    too_early,
)
from core.diagnosis.reward_state import Level, RewardState
from core.diagnosis.run_view import RunView
from core.vocabulary import FindingStatus, Severity, Trend

_CONSTANT = (
    "the same number from the beginning: nothing was learned since, or nothing is left to learn",
    "o mesmo número desde o início: nada foi aprendido desde então, ou nada resta a aprender",
)
_ALARMING = (Level.STUCK, Level.REGRESSED)
_PT = {
    Trend.INCREASING: "subindo",
    Trend.STABLE: "estável",
    Trend.DECREASING: "caindo",
    Trend.INSUFFICIENT: "sem dados suficientes",
}
_WORDS = {
    Level.STUCK: (
        "no higher than at its beginning, and never improved",
        "não mais alto que no início, e nunca melhorou",
    ),
    Level.REGRESSED: ("far below its own best", "muito abaixo do próprio melhor"),
    Level.CONVERGED: (
        "level near its own best: converged",
        "estável perto do próprio melhor: convergiu",
    ),
    Level.PLATEAU: (
        "level, somewhat below its own best",
        "estável, um pouco abaixo do próprio melhor",
    ),
}


def flat_reward(
    moment: RunView, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> ScenarioResult:
    """No new best for 2 h of week time and a STABLE trend; alarms when STUCK or REGRESSED.

    :param troubles: scenarios that fire: with one of them nothing is called normal.
    """
    hours, state = flat_hours(moment), history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(too_early(moment, state))

    def flat(then: RewardState) -> bool:
        return then.level in _ALARMING and then.flat_hours >= hours

    if state.level is Level.MOVING:
        return quiet(
            Sentence(
                f"The reward is {state.label.value}.",
                f"O reward está {_PT[state.label]}.",
            ),
            *state.numbers,
        )
    status = replayed(history, flat)
    normal = normal_until(moment)
    words, palavras = (
        f"{start} {told}"
        for start, told in zip(
            ("The reward is", "O reward está"),
            _CONSTANT if state.constant else _WORDS[state.level],
            strict=True,
        )
    )
    if state.level is Level.STUCK and normal is not None and not troubles:
        return ScenarioResult(
            FindingStatus.PENDING,
            Sentence(
                f"{words}: normal until {normal}.",
                f"{palavras}: normal até {in_portuguese(normal)}.",
            ),
            Severity.INFO,
            state.best_step,
            state.numbers,
            ("PPO often needs hours before it finds anything to learn",),
            normal,
            state.level.value,
        )
    if state.level is Level.STUCK and not troubles and ended_early(moment):
        hours = moment.training_hours
        return quiet(
            Sentence(
                f"{words}; it ended after {hours:.1f} h, too early to call that wrong.",
                f"{palavras}; terminou após {hours:.1f} h, cedo demais para chamar de errado.",
            ),
            *state.numbers,
        )
    if status is FindingStatus.OK:
        return ScenarioResult(
            status,
            Sentence(f"{words}.", f"{palavras}."),
            evidence_against=state.numbers,
            kind=state.level.value,
        )
    return ScenarioResult(
        status,
        Sentence(
            f"{words}, without a new best for {state.flat_hours:.1f} h of week time.",
            f"{palavras}, sem novo melhor há {state.flat_hours:.1f} h de tempo da semana.",
        ),
        Severity.WARNING,
        state.best_step,
        state.numbers + critic_fails(moment),
        critic_predicts(moment),
        kind=state.level.value,
    )
