"""flat_reward, the manual's plateau, and not_converging, its "normal, leave it alone"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, Sentence, no_data, quiet
from core.diagnosis.reward_state import Level, RewardState, reward_history
from core.diagnosis.run_view import RunView
from core.diagnosis.trend import WANTED, block_means, trend
from core.telemetry.absence import absence
from core.timestamps import iso
from core.vocabulary import FindingStatus, Severity, Trend

FLAT_HOURS, NORMAL_HOURS = 2.0, 12.0  # the manual's, if the playbook has none
CONVERGED_SURELY = 0.05  # of the range below the best
HOLD_FOR, KEEP_FIRING = 2, 3  # hourly evaluations in week time
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


def rewards(moment: RunView) -> list[RewardState]:
    """The hourly evaluations that both scenarios are judged by."""
    return reward_history(moment, _flat_hours(moment))


def flat_reward(
    moment: RunView, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> ScenarioResult:
    """No new best for 2 h of week time and a STABLE trend; alarms when STUCK or REGRESSED.

    :param troubles: scenarios that fire: with one of them nothing is called normal.
    """
    hours, state = _flat_hours(moment), history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(_too_early(moment, state))

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
    status = _replayed(history, flat)
    normal = _normal_until(moment)
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
                f"{palavras}: normal até {_in_portuguese(normal)}.",
            ),
            Severity.INFO,
            state.best_step,
            state.numbers,
            ("PPO often needs hours before it finds anything to learn",),
            normal,
            state.level.value,
        )
    if state.level is Level.STUCK and not troubles and _ended_early(moment):
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
        state.numbers + _critic(moment),
        _values(moment),
        kind=state.level.value,
    )


def not_converging(
    moment: RunView, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> ScenarioResult:
    """NORMAL in the first 12 h of week time; later a warning, if no direction is seen.

    :param troubles: scenarios that fire; what they explain is not called normal.
    """
    state = history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(_too_early(moment, state))
    if state.level is Level.CONVERGED:
        proven = _converged(moment, history)
        words = (
            Sentence("It has converged.", "Convergiu.")
            if proven
            else Sentence("It is level near its own best.", "Está estável perto do próprio melhor.")
        )
        return quiet(words, *(proven or _values(moment)), *state.numbers)
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
    normal = _normal_until(moment)
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
                f"NORMAL: ainda sem direção clara. Deixe como está até {_in_portuguese(normal)}.",
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

    status = _replayed(history, wandering)
    limit = moment.setting("not_converging", "hours", NORMAL_HOURS)
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
        state.numbers + _critic(moment),
        _values(moment),
    )


def _flat_hours(moment: RunView) -> float:
    return moment.setting("flat_reward", "hours", FLAT_HOURS)


def _replayed(history: list[RewardState], holds: Callable[[RewardState], bool]) -> FindingStatus:
    outcomes = [None if then.level is Level.UNKNOWN else holds(then) for then in history]
    return alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)


def _normal_until(moment: RunView) -> str | None:
    """When the first 12 h of week time end, with the step expected then; None behind them."""
    limit = moment.setting("not_converging", "hours", NORMAL_HOURS)
    left = limit - moment.training_hours
    if left <= 0 or not moment.active:
        return None
    clock = moment.facts.clock
    ends = clock.to_week(moment.until) + timedelta(hours=left)
    step, rate, pace = moment.step, moment.rate, clock.pace(moment.until)
    if step is None or rate is None or pace <= 0:
        return iso(ends.replace(microsecond=0))
    expected = round(step + rate * left * 3600 / pace)
    if expected >= moment.run.total_steps:
        return Sentence(
            f"the end of the run (step {moment.run.total_steps:,})",
            f"o fim da execução (passo {moment.run.total_steps:,})",
        )
    when = iso(ends.replace(microsecond=0))
    return Sentence(f"{when}, about step {expected:,}", f"{when}, por volta do passo {expected:,}")


def _in_portuguese(text: str) -> str:
    return text.pt if isinstance(text, Sentence) else text


def _ended_early(moment: RunView) -> bool:
    """Whether it ended inside the hours in which no direction is normal."""
    limit = moment.setting("not_converging", "hours", NORMAL_HOURS)
    return not moment.active and moment.training_hours < limit


def _too_early(moment: RunView, state: RewardState) -> str:
    if not len(moment.series("rollout/ep_rew_mean")):
        return absence(moment.reader, "rollout/ep_rew_mean", moment.until).why
    return Sentence(
        f"Too few episodes to tell: {state.trend.blocks} blocks of 100; {WANTED} are needed.",
        f"Poucos episódios para dizer: {state.trend.blocks} blocos de 100; são necessários {WANTED}.",
    )


def _converged(moment: RunView, history: list[RewardState]) -> tuple[str, ...]:
    """What proves it: two STABLE evaluations, within 5 % of the best, and a critic or an
    evaluation that agrees. Empty if not proven."""
    state = history[-1]
    stable = [then.trend.label is Trend.STABLE for then in history[-2:]]
    close = state.now >= state.best - CONVERGED_SURELY * state.spread
    if len(stable) < 2 or not all(stable) or not close:
        return ()
    found = _values(moment)
    evaluations = trend(moment.series("eval/mean_reward"))
    if evaluations.label is Trend.STABLE:
        found += (f"eval/mean_reward is STABLE ({evaluations.why})",)
    return found and (
        f"STABLE in two evaluations, within {CONVERGED_SURELY:.0%} of its range below the best",
        *found,
    )


def _critic(moment: RunView) -> tuple[str, ...]:
    """A critic that was worse than useless for long: what losses can't tell."""
    explained = moment.series("train/explained_variance")
    means = block_means(explained)[-WANTED:]
    if len(means) < WANTED or not (means < 0).all():
        return ()
    return (
        f"explained variance below 0 in the last {WANTED} blocks, now {means[-1]:.2f}: the critic "
        "predicts worse than the mean",
    )


def _values(moment: RunView) -> tuple[str, ...]:
    """What else speaks against trouble: a critic that predicts well."""
    explained = moment.series("train/explained_variance").finite()
    if not len(explained) or explained.last[1] < 0.3:
        return ()
    step, value = explained.last
    return (f"explained variance {value:.2f} at step {step}: the critic predicts the returns",)
