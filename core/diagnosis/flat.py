"""flat_reward, the manual's plateau, and not_converging, its "normal, leave it alone"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import Verdict, no_data, quiet
from core.diagnosis.moment import Moment
from core.diagnosis.reward_state import Level, RewardState, reward_history
from core.diagnosis.trend import WANTED
from core.moments import iso
from core.telemetry.absence import absence
from core.vocabulary import FindingStatus, Severity, Trend

FLAT_HOURS, NORMAL_HOURS = 2.0, 12.0  # the manual's, if the playbook has none
HOLD_FOR, KEEP_FIRING = 2, 3  # hourly evaluations in week time
_ALARMING = (Level.STUCK, Level.REGRESSED)
_WORDS = {
    Level.STUCK: "low, and never improved",
    Level.REGRESSED: "far below its own best",
    Level.CONVERGED: "level near its own best: converged",
    Level.PLATEAU: "level, somewhat below its own best",
}


def rewards(moment: Moment) -> list[RewardState]:
    """The hourly evaluations that both scenarios are judged by."""
    return reward_history(moment, _flat_hours(moment))


def flat_reward(
    moment: Moment, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> Verdict:
    """No new best for 2 h of week time and a STABLE trend; alarms when STUCK or REGRESSED.

    :param troubles: scenarios that fire: with one of them nothing is called normal.
    """
    hours, state = _flat_hours(moment), history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(_too_early(moment, state))

    def flat(then: RewardState) -> bool:
        return then.level in _ALARMING and then.flat_hours >= hours

    if state.level is Level.MOVING:
        return quiet(f"The reward is {state.label.value}.", *state.numbers)
    status = _replayed(history, flat)
    normal = _normal_until(moment)
    words = f"The reward is {_WORDS[state.level]}"
    if state.level is Level.STUCK and normal is not None and not troubles:
        return Verdict(
            FindingStatus.PENDING,
            f"{words}: normal until {normal}.",
            Severity.INFO,
            state.best_step,
            state.numbers,
            ("PPO often needs hours before it finds anything to learn",),
            normal,
            state.level.value,
        )
    if status is FindingStatus.OK:
        return Verdict(status, f"{words}.", evidence_against=state.numbers, kind=state.level.value)
    return Verdict(
        status,
        f"{words}, without a new best for {state.flat_hours:.1f} h of week time.",
        Severity.WARNING,
        state.best_step,
        state.numbers,
        _values(moment),
        kind=state.level.value,
    )


def not_converging(
    moment: Moment, history: list[RewardState], troubles: tuple[str, ...] = ()
) -> Verdict:
    """NORMAL in the first 12 h of week time; later a warning, if no direction is seen.

    :param troubles: scenarios that fire; what they explain is not called normal.
    """
    state = history[-1]
    if state.level is Level.UNKNOWN:
        return no_data(_too_early(moment, state))
    if state.level is Level.CONVERGED:
        return quiet("It has converged.", *state.numbers, *_values(moment))
    if state.label is Trend.INCREASING:
        return quiet("The reward is INCREASING: it learns.", *state.numbers)
    if not moment.active:
        return quiet(f"The run is {moment.run.status.value}; there is nothing to wait for.")
    normal = _normal_until(moment)
    if troubles:
        told = ", ".join(troubles)
        return quiet(f"Not judged: {told} explains it, and is not normal.", *state.numbers)
    if normal is not None:
        return Verdict(
            FindingStatus.PENDING,
            f"NORMAL: no clear direction yet. Leave it alone until {normal}.",
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
    return Verdict(
        status,
        f"No convergence after {moment.training_hours:.1f} h of week time "
        f"(normal for {limit:g} h).",
        Severity.WARNING,
        state.best_step,
        state.numbers,
        _values(moment),
    )


def _flat_hours(moment: Moment) -> float:
    return moment.setting("flat_reward", "hours", FLAT_HOURS)


def _replayed(history: list[RewardState], holds: Callable[[RewardState], bool]) -> FindingStatus:
    outcomes = [None if then.level is Level.UNKNOWN else holds(then) for then in history]
    return alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)


def _normal_until(moment: Moment) -> str | None:
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
        return f"the end of the run (step {moment.run.total_steps:,})"
    return f"{iso(ends.replace(microsecond=0))}, about step {expected:,}"


def _too_early(moment: Moment, state: RewardState) -> str:
    if not len(moment.series("rollout/ep_rew_mean")):
        return absence(moment.reader, "rollout/ep_rew_mean", moment.until).why
    return f"Too few episodes to tell: {state.trend.blocks} blocks of 100; {WANTED} are needed."


def _values(moment: Moment) -> tuple[str, ...]:
    """What else speaks against trouble: a critic that predicts well."""
    explained = moment.series("train/explained_variance").finite()
    if not len(explained) or explained.last[1] < 0.3:
        return ()
    step, value = explained.last
    return (f"explained variance {value:.2f} at step {step}: the critic predicts the returns",)
