"""The reward of a recipe's tries while they trained: interquartile mean and interval at each step."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.language import Message
from core.sweep.spread import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.metrics.wilson import Interval

Curve = tuple[tuple[int, float], ...]
"""Step and mean reward of an episode, at each evaluation of one try."""
_FEWEST = 2  # tries at a step: one has no interval


@dataclass(frozen=True)
class RewardPoint:
    """The tries at one step."""

    step: int
    mean: float
    interval: Interval
    tries: int


@lru_cache(maxsize=16)
def reward_band(curves: tuple[Curve, ...]) -> tuple[RewardPoint, ...]:
    """The steps at which at least two tries were evaluated, in their order."""
    at: dict[int, list[float]] = {}
    for curve in curves:
        for step, reward in curve:
            at.setdefault(step, []).append(reward)
    found = []
    for step, rewards in sorted(at.items()):
        if len(rewards) < _FEWEST:
            continue
        among = spread([rewards])
        assert among.iqm is not None
        assert among.interval is not None
        found.append(RewardPoint(step, among.iqm, among.interval, len(rewards)))
    return tuple(found)


def takeaway(points: Sequence[RewardPoint]) -> Message:
    """What the band shows.

    :param points: at least one.
    """
    first, last = points[0], points[-1]
    return Message(
        "After {steps:,} steps the tries' mean reward is {last:.4g} ({low:.4g} to {high:.4g});"
        " after {begun:,} steps it was {first:.4g}.",
        steps=last.step,
        last=last.mean,
        low=last.interval.low,
        high=last.interval.high,
        begun=first.step,
        first=first.mean,
    )
