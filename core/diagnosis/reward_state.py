"""Where the reward stands: rising, converged, stuck, fallen back.

Three of four healthy runs make no new best in their last quarter, so "flat" alone says
nothing: what matters is how far the level lies from the run's own best and beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from core.diagnosis.moment import Moment
from core.diagnosis.trend import WANTED, TrendResult, block_means, trend
from core.moments import from_unix
from core.vocabulary import Trend

NEW_BEST = 0.02  # of the range: a smaller gain is no new best
CONVERGED_WITHIN = 0.10  # of the range below the best
REGRESSED_BEYOND = 0.50  # of the range below the best
IMPROVED_SD = 3.0  # standard deviations of block means above the beginning


class Level(StrEnum):
    MOVING = "MOVING"  # the trend has a direction
    CONVERGED = "CONVERGED"  # flat, near its own best
    STUCK = "STUCK"  # flat, and never improved
    REGRESSED = "REGRESSED"  # flat, far below its own best
    PLATEAU = "PLATEAU"  # flat, somewhat below its own best
    UNKNOWN = "UNKNOWN"  # too few episodes


@dataclass(frozen=True)
class RewardState:
    """The reward at a moment. Numbers are in units of the reward."""

    level: Level
    trend: TrendResult
    flat_hours: float = 0.0  # week hours since the last new best
    best: float | None = None
    best_step: int | None = None
    start: float | None = None  # mean of the first block
    now: float | None = None  # mean of the newest blocks
    spread: float = 0.0  # P95 - P5 of the reward so far

    @property
    def numbers(self) -> tuple[str, ...]:
        """The evidence, as sentences."""
        found = [f"trend {self.trend.label.value}: {self.trend.why}"]
        if self.best is not None:
            found.append(
                f"mean now {self.now:.4g}, at the beginning {self.start:.4g}, best {self.best:.4g} "
                f"at step {self.best_step}, range {self.spread:.4g}"
            )
            found.append(f"no new best for {self.flat_hours:.1f} h of week time")
        return tuple(found)


def reward_state(moment: Moment, window_hours: float) -> RewardState:
    """Trend of the last ``window_hours`` (week time) and the level it has reached."""
    reward = moment.series("rollout/ep_rew_mean").finite()
    lengths = moment.series("rollout/ep_len_mean")
    length = lengths if len(lengths) else None
    found = trend(reward, length, moment.window(window_hours))
    if found.label is Trend.INSUFFICIENT or found.blocks < WANTED:
        return RewardState(Level.UNKNOWN, found)
    means = block_means(reward, length)
    spread = float(np.percentile(reward.value, 95) - np.percentile(reward.value, 5))
    newest, noise = np.array(found.means), float(np.std(found.means))
    start, best, now = float(means[0]), float(max(means.max(), newest.max())), float(newest.mean())
    place = _last_new_best(reward.value, NEW_BEST * spread)
    improved = best - start > max(IMPROVED_SD * noise, NEW_BEST * spread)
    if found.label is not Trend.STABLE:
        level = Level.MOVING
    elif improved and now < best - REGRESSED_BEYOND * spread:
        level = Level.REGRESSED
    elif now - start <= max(IMPROVED_SD * noise, NEW_BEST * spread):
        level = Level.STUCK
    elif now >= best - CONVERGED_WITHIN * spread:
        level = Level.CONVERGED
    else:
        level = Level.PLATEAU
    return RewardState(
        level=level,
        trend=found,
        flat_hours=moment.week_hours(from_unix(float(reward.wall[place]))),
        best=best,
        best_step=int(reward.step[place]),
        start=start,
        now=now,
        spread=spread,
    )


def _last_new_best(values: np.ndarray, margin: float) -> int:
    """Position of the newest value that beat all before it by the margin."""
    place, best = 0, values[0]
    # Only a running maximum can beat it, and those are few.
    for i in np.flatnonzero(values >= np.maximum.accumulate(values)):
        if values[i] > best + margin:
            place, best = int(i), values[i]
    return place
