"""Evidence shared by flat_reward and not_converging: hourly rewards, the critic, time limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.alarm import alarm_state
from core.diagnosis.reward_state import Level, RewardState, reward_history
from core.diagnosis.run_view import begins_late
from core.diagnosis.trend import BLOCK_EPISODES, BLOCK_POINTS, WANTED_BLOCKS, block_means
from core.language import Message, literal, plural
from core.telemetry.absence import absence
from core.timestamps import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.diagnosis.run_view import RunView
    from core.playbook import Playbook
    from core.vocabulary import FindingStatus

FLAT_HOURS, NORMAL_HOURS = 2.0, 12.0  # the manual's, if the playbook has none
RANDOM = 0.99  # of the highest entropy: the policy prefers no action
HOLD_FOR, KEEP_FIRING = 2, 3  # hourly evaluations in week time


def rewards(moment: RunView) -> list[RewardState]:
    """The hourly evaluations that both scenarios are judged by."""
    return reward_history(moment, flat_hours(moment.playbook))


def normal_hours(playbook: Playbook) -> float:
    """Week hours in which a reward without direction is normal."""
    return playbook.scenario_limit("not_converging", "hours", NORMAL_HOURS)


def flat_hours(playbook: Playbook) -> float:
    """Week hours without a new best after which the reward is flat."""
    return playbook.scenario_limit("flat_reward", "hours", FLAT_HOURS)


def replayed(history: list[RewardState], holds: Callable[[RewardState], bool]) -> FindingStatus:
    """The alarm's state after the hourly evaluations."""
    outcomes = [None if then.level is Level.UNKNOWN else holds(then) for then in history]
    return alarm_state(outcomes, HOLD_FOR, KEEP_FIRING)


def normal_until(moment: RunView) -> Message | None:
    """When the first 12 h of week time end, with the step expected then; None after them."""
    left = normal_hours(moment.playbook) - moment.training_hours
    if left <= 0 or not moment.active:
        return None
    clock = moment.facts.clock
    ends = clock.to_week(moment.until) + timedelta(hours=left)
    when = iso(ends.replace(microsecond=0))
    step, rate, pace = moment.step, moment.rate, clock.pace(moment.until)
    if step is None or rate is None or pace <= 0:
        return literal(when)
    expected = round(step + rate * left * 3600 / pace)
    if expected >= moment.run.total_steps:
        return Message("the end of the run (step {step:,})", step=moment.run.total_steps)
    return Message("{when}, about step {step:,}", when=when, step=expected)


def ended_early(moment: RunView) -> bool:
    """Whether the run ended within the hours in which a missing trend is normal."""
    return not moment.active and moment.training_hours < normal_hours(moment.playbook)


def too_early(moment: RunView, state: RewardState) -> Message:
    """Why the reward can't be judged yet."""
    if not len(moment.series("rollout/ep_rew_mean")):
        return absence(moment.reader, "rollout/ep_rew_mean", moment.until).why
    return plural(
        "Not enough episodes: {n} block of {size}; {wanted} are needed.",
        "Not enough episodes: {n} blocks of {size}; {wanted} are needed.",
        state.trend.blocks,
        size=BLOCK_EPISODES,
        wanted=WANTED_BLOCKS,
    )


def critic_fails(moment: RunView) -> tuple[Message, ...]:
    """Evidence of a critic that predicts worse than the mean for long; losses don't show it."""
    explained = moment.series("train/explained_variance")
    means = block_means(explained)[-WANTED_BLOCKS:]
    if len(means) < WANTED_BLOCKS or not (means < 0).all():
        return ()
    return (
        Message(
            "explained variance below 0 in the last {blocks} blocks, now {value:.2f}: the critic "
            "predicts worse than the mean",
            blocks=WANTED_BLOCKS,
            value=float(means[-1]),
        ),
    )


def contradictions(moment: RunView) -> tuple[Message, ...]:
    """Why a reward that rises or has levelled is not called learned."""
    return critic_explains_nothing(moment) + still_random(moment)


def critic_explains_nothing(moment: RunView) -> tuple[Message, ...]:
    """Evidence of a critic that explains nothing: at or below 0 in as many blocks."""
    means = block_means(moment.series("train/explained_variance"))[-WANTED_BLOCKS:]
    if len(means) < WANTED_BLOCKS or not (means <= 0).all():
        return ()
    return (
        Message(
            "explained variance at or below 0 in the last {blocks} blocks, now {value:.2f}",
            blocks=WANTED_BLOCKS,
            value=float(means[-1]),
        ),
    )


def still_random(moment: RunView) -> tuple[Message, ...]:
    """Evidence of a policy of discrete actions that is as random as on its first day.

    The entropy of continuous actions follows their standard deviation, and stays at its highest
    in runs that learn; a run that resumes from a checkpoint began below its highest.
    """
    entropy = moment.series("train/entropy_loss").finite()
    if len(entropy) < BLOCK_POINTS or len(moment.series("train/std")):
        return ()
    if begins_late(entropy):  # it began from a checkpoint
        return ()
    highest = float(np.abs(entropy.value).max())
    now = float(np.abs(entropy.value[-BLOCK_POINTS:]).mean())
    if highest == 0.0 or now < RANDOM * highest:
        return ()
    return (
        Message(
            "the policy is still random: entropy {now:.4g}, {share:.1%} of its highest",
            now=now,
            share=now / highest,
        ),
    )


def critic_predicts(moment: RunView) -> tuple[Message, ...]:
    """Evidence against a problem: a critic that predicts well."""
    explained = moment.series("train/explained_variance").finite()
    if not len(explained) or explained.last[1] < 0.3:
        return ()
    step, value = explained.last
    return (
        Message(
            "explained variance {value:.2f} at step {step:,}: the critic predicts the returns",
            value=value,
            step=step,
        ),
    )
