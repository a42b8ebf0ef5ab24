"""What the reward gained since the run began, also of runs too short for a trend.

``reward_state`` needs hundreds of episodes. To ask whether a policy earns more than at its
start, the ends of the curve are compared with the noise of its own points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.trend import BLOCK_EPISODES
from core.language import Message

if TYPE_CHECKING:
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

# Three standard deviations: one of 700 runs without any gain is further away by chance.
_SD = 3.0
_AT_BEST = 0.10  # of the range below the best, as CONVERGED in reward_state
_FIRST, _LAST = 5, 10  # points of the two ends; fewer in a short run
_FEW = 3  # points: with fewer nothing is said
_EPISODES = 5.0  # an iteration, where no episode length is logged


@dataclass(frozen=True)
class RewardGain:
    """The reward at the two ends of the run. Numbers are in units of the reward."""

    start: float
    now: float
    best: float
    lowest: float
    noise: float  # a difference of the two ends that chance explains

    @property
    def gained(self) -> bool:
        """It earns more than at its start, beyond any noise."""
        return self.now - self.start > self.noise

    @property
    def lost(self) -> bool:
        """It earns less than at its start, beyond any noise."""
        return self.start - self.now > self.noise

    @property
    def at_best(self) -> bool:
        """It is within 10 % of its range of its own best."""
        return self.now >= self.best - _AT_BEST * (self.best - self.lowest)

    @property
    def healthy(self) -> bool:
        """It has learned, and has kept what it learned."""
        return self.gained and self.at_best

    @property
    def constant(self) -> bool:
        """The reward has never changed."""
        return self.best == self.lowest

    @property
    def scale(self) -> float:
        """The highest absolute reward so far."""
        return max(abs(self.best), abs(self.lowest))

    @property
    def told(self) -> Message:
        """As a sentence."""
        return Message(
            "reward {start:.4g} at the start, {now:.4g} now, best {best:.4g}",
            start=self.start,
            now=self.now,
            best=self.best,
        )


def reward_gain(moment: RunView) -> RewardGain | None:
    """The two ends of ``rollout/ep_rew_mean``; None with fewer than three points."""
    reward = moment.series("rollout/ep_rew_mean").finite()
    count = len(reward)
    if count < _FEW:
        return None
    values = reward.value
    first, last = max(1, min(_FIRST, count // 10)), max(1, min(_LAST, count // 5))
    smooth = np.convolve(values, np.full(last, 1 / last), "valid")
    now = float(values[-last:].mean())
    start = float(values[:first].mean())
    return RewardGain(
        start, now, max(float(smooth.max()), now, start), float(values.min()),
        _SD * _noise(reward, moment.series("rollout/ep_len_mean").finite(), first),
    )  # fmt: skip


def _noise(reward: Series, lengths: Series, first: int) -> float:
    """Standard deviation of the difference between the two ends, if nothing was learned.

    A point is a mean of the last 100 episodes, of which k are new. Then neighbours differ by
    s sqrt(2 k) / 100 and the level itself by s / 10, s being an episode's. A trend shifts all
    differences alike, so it is taken out by their median. The first points are means of fewer
    episodes.
    """
    changes = np.diff(reward.value)
    step = 1.4826 * float(np.median(np.abs(changes - np.median(changes))))
    fresh = _EPISODES
    usual = lengths.value[lengths.value > 0]
    if len(usual):
        fresh = float(np.median(np.diff(reward.step))) / float(np.median(usual))
    fresh = min(float(BLOCK_EPISODES), max(1.0, fresh))
    level = step * np.sqrt(BLOCK_EPISODES / 2 / fresh)
    of_start = level * np.sqrt(BLOCK_EPISODES / min(float(BLOCK_EPISODES), fresh * first))
    return float(np.hypot(level, of_start))
