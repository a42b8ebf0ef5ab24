"""collapse: the reward is far below its own best or its own beginning, whatever its trend."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.diagnosis.alarm import alarm_state
from core.diagnosis.finding import ScenarioResult, clear, no_data
from core.diagnosis.reward_level import (
    CLEARS_AFTER,
    HOLD_DEEP,
    LEAST_POINTS,
    MIN_EPISODES,
    RewardLevels,
)
from core.language import Message, plural
from core.telemetry.absence import absence
from core.vocabulary import FindingStatus, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.diagnosis.run_view import RunView

_REPLAYED = 400  # points; an alarm that began earlier is still firing, or has long cleared


def collapse(moment: RunView) -> ScenarioResult:
    """75 % of all that was gained is lost, or the level is far below the run's beginning.

    CRITICAL while it lasts: no such run is worth its time. WARNING where the run fell and won back
    a third as much before, once the fall lasts three times as long as that did. Judged at every point of the reward,
    so it needs neither hours nor blocks of 100 episodes.
    """
    levels = moment.reward_levels
    if levels is None:
        return no_data(_too_few(moment))
    collapsed = levels.collapsed
    status = alarm_state([bool(holds) for holds in collapsed[-_REPLAYED:]], 1, CLEARS_AFTER)
    best, start, now = float(levels.best[-1]), levels.start, float(levels.now[-1])
    best_step = int(levels.series.step[levels.best_at[-1]])
    if now > best:  # the best is of levels that rest on enough episodes; the newest need not
        best, best_step = now, int(levels.series.step[-1])
    numbers = (
        Message(
            "level now (last 3 points) {now:.4g}, at the start {start:.4g}, best {best:.4g} at step {step:,}",
            now=now,
            start=start,
            best=best,
            step=best_step,
        ),
        Message("differences below {margin:.3g} are noise", margin=float(levels.margin[-1])),
    )
    if status is FindingStatus.OK:
        return clear(
            Message("Reward level {now:.4g}, best {best:.4g}: no collapse.", now=now, best=best),
            *numbers,
        )
    since = int(levels.series.step[levels.since()])
    from_best = bool(levels.best[-1] - start > levels.margin[-1])
    high = best if from_best else start
    headline = (
        Message(
            "Reward collapsed: {high:.4g} → {now:.4g} since step {step:,}.",
            high=high,
            now=now,
            step=since,
        )
        if status is FindingStatus.FIRING
        else Message(
            "Reward recovers from a collapse at step {step:,}: level now "
            "(last 3 points) {now:.4g}, best {best:.4g}.",
            step=since,
            now=now,
            best=best,
        )
    )
    return ScenarioResult(
        status,
        headline,
        Severity.CRITICAL if levels.beyond_swings[-CLEARS_AFTER:].any() else Severity.WARNING,
        since,
        (_how_far(levels, high), *numbers),
        _recovering(levels),
        kind="BELOW_BEST" if from_best else "BELOW_START",
    )


def _how_far(levels: RewardLevels, high: float) -> Message:
    """The lowest level since, and where the reward began."""
    lowest = float(levels.now[levels.since() :].min())
    if lowest < levels.start:
        return Message(
            "fell from {high:.4g} to {lowest:.4g}, below its own start of {start:.4g}",
            high=high,
            lowest=lowest,
            start=levels.start,
        )
    return Message(
        "fell from {high:.4g} to {lowest:.4g}: {share:.0%} of all that was gained",
        high=high,
        lowest=lowest,
        share=(high - lowest) / (high - levels.start),
    )


def as_consequence(
    moment: RunView, found: ScenarioResult, others: Mapping[str, ScenarioResult]
) -> ScenarioResult:
    """The collapse, named as the consequence of what began before it; unchanged without that.

    :param others: scenarios that change how the policy acts or learns. One that fires, or has
        just stopped, explains the collapse if it began before the fall was certain.
    """
    levels = moment.reward_levels
    if levels is None:
        return found
    certain = levels.series.step[min(levels.since() + HOLD_DEEP, len(levels.now) - 1)]
    causes = [
        name
        for name, other in others.items()
        if other.status in (FindingStatus.FIRING, FindingStatus.RECOVERING)
        and other.since_step is not None
        and other.since_step <= certain
    ]
    if not causes:
        return found
    headline = Message(
        "{headline} Consequence of {scenarios}.",
        headline=found.headline,
        scenarios=", ".join(causes),
    )
    return replace(found, headline=headline)


def _recovering(levels: RewardLevels) -> tuple[Message, ...]:
    """Evidence against: the level has left its lowest point by more than noise."""
    lowest = float(levels.now[levels.since() :].min())
    gained = float(levels.now[-1]) - lowest
    if gained <= levels.margin[-1]:
        return ()
    return (Message("{gained:.4g} above its lowest level since", gained=gained),)


def _too_few(moment: RunView) -> Message:
    points = len(moment.series("rollout/ep_rew_mean").finite())
    if not points:
        return absence(moment.reader, "rollout/ep_rew_mean", moment.until).why
    return plural(
        "{n} point of the reward; {needed} are needed, each a mean of {episodes} episodes or more.",
        "{n} points of the reward; {needed} are needed, each a mean of {episodes} episodes or more.",
        points,
        needed=LEAST_POINTS,
        episodes=MIN_EPISODES,
    )
