"""The level of the reward at each point, and whether it has collapsed there.

The trend needs 8 blocks of 100 episodes and asks for a direction. A level needs neither: a
median of a few points is compared with the run's own beginning and its own best, and the
difference with the noise that the curve shows. So a fall is seen within a few points, in a
run of twenty points as well, and whatever the sign of the trend since.

Robust: a level is a median, so one lucky or one broken point is no level. Points that rest
on fewer than 30 episodes are not used, because their mean is mostly luck.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.diagnosis.medians import moving_median
from core.diagnosis.reward_noise import grain, is_averaged, scatter
from core.diagnosis.reward_swing import outside_swings
from core.diagnosis.trend import BLOCK_EPISODES, WANTED_BLOCKS
from core.telemetry import Series

BEST_POINTS = 5  # a best or a beginning is the median of so many: two wild points don't move it
NOW_POINTS = 3  # the level now: one wild point does not move it
LEAST_POINTS = BEST_POINTS + NOW_POINTS
MIN_EPISODES = (
    30  # in the mean of a point; a mean of 30 is within 0.2 standard deviations of an episode
)
LOST = 0.75  # of all that was gained; half is the warning REGRESSED, and healthy dips lose half
LOST_NEARLY_ALL = 0.9
BELOW_START = 0.5  # of the range so far: a fall below the beginning that dominates the curve
MATERIAL = 0.2  # of the size of best and start: a wobble on top of a large constant is no fall
FAR = 6.0  # times what noise explains: a constant below the reward hides no such fall
FEW_EPISODES = 10  # where a point is one or two episodes, a fall is worth so many of the largest
HOLD, HOLD_DEEP = 10, 3  # points in a row; exploration dips of healthy runs are shorter than 10
CLEARS_AFTER = 10  # points in a row without it
_RAW, _RAW_MOST = 50, 150  # points in 100 episodes: they may be single episodes
_RAW_MEAN = 10  # single episodes are averaged over so many points
_WINDOW = 25  # points of a median, at most


Array = NDArray[Any]


@dataclass(frozen=True)
class RewardLevels:
    """Level, best and beginning at each usable point. Arrays have one entry a point."""

    series: Series  # the usable points, smoothed over 100 episodes
    now: Array  # median of the newest 3 points
    best: Array  # highest median of 5 points, or more, so far
    best_at: Array  # position of that window's middle
    floor: Array  # lowest level so far
    start: float  # level at the beginning
    noise: float  # standard deviation of an independent point around the curve
    margin: Array  # a smaller difference from best or beginning is noise

    @cached_property
    def below_best(self) -> Array:
        """Points at which 75 % of all that was gained is lost."""
        gain, fall = self.best - self.start, self.best - self.now
        return (gain > self.margin) & (fall > LOST * gain) & self._matters(fall)

    @cached_property
    def below_start(self) -> Array:
        """Points far below the level at which the run began."""
        fall = self.start - self.now
        return (fall > BELOW_START * (self.best - self.floor)) & self._matters(fall)

    @cached_property
    def _outside(self) -> tuple[Array, Array]:
        """Points at which either holds, and the fall is larger, or longer, than earlier swings."""
        low = self.below_best | self.below_start
        high = np.where(self.below_best, self.best, self.start)
        return outside_swings(self.now, high, low)

    @cached_property
    def beyond_swings(self) -> Array:
        """Points at which a fall larger than any earlier swing has held for long enough.

        10 points; 3 where the fall is twice what noise explains and either nearly all is
        lost or the level is below the beginning.
        """
        low, fall, gain = self._outside[0], self.best - self.now, self.best - self.start
        deep = low & (fall > 2 * self.margin) & ((fall > LOST_NEARLY_ALL * gain) | self.below_start)
        return _held(low, HOLD) | _held(deep, HOLD_DEEP)

    @cached_property
    def collapsed(self) -> Array:
        """:attr:`beyond_swings`, and 10 points of a fall that lasts longer than any swing did."""
        return self.beyond_swings | _held(self._outside[1], HOLD)

    def since(self) -> int:
        """Position of the first point of the newest fall."""
        low = self._outside[0] | self._outside[1]
        last = int(np.flatnonzero(low)[-1])
        before = np.flatnonzero(~low[:last])
        return int(before[-1]) + 1 if len(before) else 0

    def _matters(self, fall: Array) -> Array:
        size = MATERIAL * np.maximum(np.abs(self.best), abs(self.start))
        return (fall > self.margin) & ((fall > size) | (fall > FAR * self.margin))


def reward_levels(reward: Series, length: Series | None = None) -> RewardLevels | None:
    """Levels of a reward; None with fewer than 8 points that rest on 30 episodes.

    :param length: ``rollout/ep_len_mean``; None: every point counts as independent.
    """
    reward = reward.finite()
    if len(reward) < LEAST_POINTS:
        return None
    first = _first_episodes(reward, length)
    reward, stride, resting_on = _usable(reward, length)
    if len(reward) < LEAST_POINTS:
        return None
    values, usual = reward.value.astype(float), float(np.median(stride))
    start = min(float(np.median(values[:BEST_POINTS])), first)
    best, best_at = _best(values, _width(usual, len(values) // 4), start)
    recent = moving_median(values, NOW_POINTS)
    now = np.concatenate([np.full(NOW_POINTS - 1, start), recent])
    now[:BEST_POINTS] = start  # before the beginning is known there is no fall
    noise = scatter(values, stride)
    single = 0.0
    if usual >= _RAW:
        # One or two episodes between points: few lucky ones must not make a level.
        single = FEW_EPISODES * min(1.0, usual / BLOCK_EPISODES) * np.abs(np.diff(values)).max()
    wider = np.sqrt(BLOCK_EPISODES / np.clip(resting_on, 1, BLOCK_EPISODES))
    independent = max(float(WANTED_BLOCKS), len(values) / usual)
    return RewardLevels(
        series=reward,
        now=now,
        best=best,
        best_at=best_at,
        floor=np.minimum.accumulate(now),
        start=start,
        noise=noise,
        # The extremes of k independent normal values are sqrt(2 ln k) deviations out, on both
        # sides; two deviations are added. A mean over fewer than 100 episodes varies more.
        margin=np.maximum(
            (2 * np.sqrt(2 * np.log(independent)) + 2) * noise * wider[best_at],
            max(float(single), FEW_EPISODES * grain(values[resting_on >= BLOCK_EPISODES])),
        ),
    )


def _width(stride: float, most: int) -> int:
    """Points of a window in which one lucky episode, part of ``stride`` means, is the smaller part."""
    return max(BEST_POINTS, min(2 * int(np.ceil(stride)) + 1, most))


def _first_episodes(reward: Series, length: Series | None) -> float:
    """Median of what the first 50 episodes earned, point by point; infinite if unknown.

    The first means hold all episodes so far, so one lucky episode is in every one of them.
    Their sums show what each point added.
    """
    episodes = _episodes(reward, length)
    if episodes is None or episodes[0][0] > BLOCK_EPISODES:
        return float("inf")
    so_far = episodes[0]
    count = max(BEST_POINTS, int(np.count_nonzero(so_far <= BLOCK_EPISODES / 2)))
    so_far, values = so_far[:count], reward.value[:count].astype(float)
    added = np.diff(so_far * values, prepend=0.0)
    more = np.diff(so_far, prepend=0.0)
    whole = so_far <= BLOCK_EPISODES
    counted = whole & (more > 0)
    each = np.where(counted, added / np.where(more > 0, more, 1.0), values)
    return float(np.median(each[counted | ~whole]))


def _best(values: Array, width: int, start: float) -> tuple[Array, Array]:
    """The highest level so far at each point, and the middle of the window that had it."""
    # Of a wide window every so many points are enough.
    every = max(1, width // _WINDOW)
    thin, width = values[::every], width // every
    best, at = np.full(len(thin), start), np.zeros(len(thin), int)
    if len(thin) >= width:
        medians = moving_median(thin, width)
        highest = np.maximum.accumulate(medians)
        places = np.maximum.accumulate(np.where(medians >= highest, np.arange(len(medians)), 0))
        better = highest > start
        best[width - 1 :] = np.where(better, highest, start)
        at[width - 1 :] = np.where(better, (places + width // 2) * every, 0)
    newest = np.arange(len(values)) // every
    return best[newest], at[newest]


def _usable(reward: Series, length: Series | None) -> tuple[Series, Array, Array]:
    """Points that rest on enough episodes; how many points apart two are independent; and
    on how many episodes each one rests.
    """
    episodes = _episodes(reward, length)
    if episodes is None:
        return reward, np.ones(len(reward)), np.full(len(reward), float(BLOCK_EPISODES))
    so_far, fresh = episodes
    stride = np.clip(BLOCK_EPISODES / np.maximum(fresh, 1e-9), 1.0, 1e6)
    usual = int(np.median(stride))
    if _RAW <= usual <= _RAW_MOST and not is_averaged(reward.value):
        # One value an episode.
        width = min(_RAW_MEAN, len(reward) // 4)
        means = np.convolve(reward.value, np.full(width, 1 / width), "valid")
        kept = reward.where(slice(width - 1, None))
        series = Series(kept.tag, kept.step, kept.wall, means, kept.source, kept.rising)
        return series, np.full(len(means), float(width)), so_far[width - 1 :]
    enough = so_far >= MIN_EPISODES
    # Two or three points share a window: as good as independent.
    if usual < 3 or (usual < _RAW and not is_averaged(reward.value[enough])):
        stride = np.ones(len(stride))
    return reward.where(enough), stride[enough], so_far[enough]


def _episodes(reward: Series, length: Series | None) -> tuple[Array, Array] | None:
    """Episodes up to each point and since the one before; None: unknown."""
    if length is None or not len(length):
        return None
    length = length.finite()
    length = length.where(length.value > 0)
    if not len(length):
        return None
    at = np.clip(np.searchsorted(length.step, reward.step, "right") - 1, 0, len(length) - 1)
    steps = np.maximum(0, np.diff(reward.step, prepend=0))
    fresh = steps / length.value[at]
    # A mean changes when an episode ends. More changes than that: steps count something else.
    if np.count_nonzero(np.diff(reward.value)) > 2 * float(fresh[1:].sum()) + 2:
        return None
    return np.cumsum(fresh), fresh


def _held(holds: Array, count: int) -> Array:
    """Points at which it held in so many points in a row, that one included."""
    gone = np.where(~holds, np.arange(len(holds)), -1)
    return np.arange(len(holds)) - np.maximum.accumulate(gone) >= count
