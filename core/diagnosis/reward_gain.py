"""What the reward gained since the run began, to tell a healthy oddity from a fault.

The levels, and what noise explains, are those of ``reward_level``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.reward_state import CONVERGED_WITHIN
from core.language import Message

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView


@dataclass(frozen=True)
class RewardGain:
    """The reward at the two ends of the run. Numbers are in units of the reward."""

    start: float
    now: float
    best: float
    lowest: float
    noise: float  # a smaller difference is noise
    scale: float  # the highest absolute reward so far
    constant: bool  # the reward has never changed

    @property
    def gained(self) -> bool:
        """It earns more than at its start, beyond any noise."""
        return self.now - self.start > self.noise

    @property
    def ever_gained(self) -> bool:
        """It earned more than at its start at some time."""
        return self.best - self.start > self.noise

    @property
    def healthy(self) -> bool:
        """It has learned, and is within 10 % of its range of its own best."""
        return self.gained and self.now >= self.best - CONVERGED_WITHIN * (self.best - self.lowest)

    @property
    def sentence(self) -> Message:
        """As a sentence."""
        return Message(
            "reward {start:.4g} at the start, {now:.4g} now, best {best:.4g}",
            start=self.start,
            now=self.now,
            best=self.best,
        )


def reward_gain(moment: RunView) -> RewardGain | None:
    """The two ends of ``rollout/ep_rew_mean``; None with too few points for a level."""
    levels = moment.reward_levels
    if levels is None:
        return None
    reward = moment.series("rollout/ep_rew_mean").finite().value
    now, best = float(levels.now[-1]), float(levels.best[-1])
    return RewardGain(
        start=levels.start,
        now=now,
        best=max(best, now),
        lowest=float(levels.floor[-1]),
        noise=float(levels.margin[-1]),
        scale=float(np.abs(reward).max()),
        constant=bool(np.ptp(reward) == 0.0),
    )
