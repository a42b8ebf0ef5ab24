"""State of the reward: rising, converged, stuck, regressed.

Three of four healthy runs make no new best in their last quarter, so "flat" alone means
nothing: what matters is the distance of the level from the run's own best and start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from core.diagnosis.trend import WANTED_BLOCKS, TrendResult, block_means, trend
from core.language import Message
from core.state_words import capitals
from core.telemetry.series_results import SeriesResults
from core.timestamps import from_unix
from core.vocabulary import Trend

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from core.diagnosis.reward_level import RewardLevels
    from core.diagnosis.run_view import RunView
    from core.telemetry import Series

NEW_BEST = 0.02  # of the range: a smaller gain is not a new best
CONVERGED_WITHIN = 0.10  # of the range below the best
REGRESSED_BEYOND = 0.50  # of the range below the best
EVALUATIONS = 8
IMPROVED_SD = 3.0  # standard deviations of block means above the start

_STATES: SeriesResults[tuple[RewardState, int | None]] = SeriesResults(256)


class Level(StrEnum):
    """Where the reward curve is, by its trend and its own best."""

    MOVING = "MOVING"  # the trend has a direction
    CONVERGED = "CONVERGED"  # flat, near its own best
    STUCK = "STUCK"  # flat, and never improved
    REGRESSED = "REGRESSED"  # far below its own best or beginning, whatever the trend
    PLATEAU = "PLATEAU"  # flat, somewhat below its own best
    UNKNOWN = "UNKNOWN"  # not enough episodes


@dataclass(frozen=True)
class RewardState:
    """The reward at a moment. Numbers are in units of the reward."""

    trend: TrendResult
    label: Trend  # the trend's, held until two evaluations agree on another
    flat_hours: float = 0.0  # week hours since the last new best
    best: float | None = None  # highest level of as many blocks as a trend needs
    peak: float | None = None  # highest level of a few points; None: not above noise
    collapsed: bool = False  # far below peak or beginning, by single points
    best_step: int | None = None
    start: float | None = None  # the lower one of the first two blocks
    now: float | None = None  # median of the newest blocks
    latest: float | None = None  # level of the newest points; None: too few of them
    noise: float = 0.0  # standard deviation of block means around their level
    spread: float = 0.0  # of the reward so far: P95 - P5, or its total gain if that is larger

    @property
    def above_noise(self) -> float:
        """Minimum gain of a level that counts as better than another."""
        return max(IMPROVED_SD * self.noise, NEW_BEST * self.spread)

    @property
    def improved(self) -> bool:
        """Whether it ever rose above its start."""
        if self.best is None or self.start is None:
            return False
        return self.peak is not None or self.best - self.start > self.above_noise

    @property
    def highest(self) -> float | None:
        """The best level, of a few points where those stand out of the noise."""
        return self.best if self.peak is None or self.best is None else max(self.best, self.peak)

    @property
    def regressed(self) -> bool:
        """Whether half of its range below the best is lost, by block means."""
        if self.highest is None or self.now is None or not self.improved:
            return False
        # In a short run the newest blocks are all of it: a rise leaves their median below.
        fall = self.highest - max(self.now, self.now if self.latest is None else self.latest)
        return fall > max(REGRESSED_BEYOND * self.spread, self.above_noise)

    @property
    def constant(self) -> bool:
        """Whether the reward never changed: the task is solved, or the reward is broken."""
        return self.best is not None and self.spread == 0.0

    @property
    def level(self) -> Level:
        """The level, from the trend and the distance to best and start."""
        if self.best is None or self.now is None or self.start is None:
            return Level.UNKNOWN
        # Far below is far below: also while it falls, or rises from the bottom.
        if self.collapsed or self.regressed:
            return Level.REGRESSED
        if self.label is Trend.INCREASING:
            return Level.MOVING
        if self.label is not Trend.STABLE:
            return Level.MOVING
        if self.now - self.start <= self.above_noise:
            return Level.STUCK
        if self.now >= self.best - CONVERGED_WITHIN * self.spread:
            return Level.CONVERGED
        return Level.PLATEAU

    @property
    def numbers(self) -> tuple[Message, ...]:
        """The evidence, as sentences."""
        found = [
            Message("trend {label}: {why}", label=capitals(self.trend.label), why=self.trend.why)
        ]
        if self.label is not self.trend.label:
            found.append(
                Message(
                    "still counted as {label}: one evaluation alone changes nothing",
                    label=capitals(self.label),
                )
            )
        if self.best is not None:
            now = self.now if self.latest is None else self.latest
            levels = (self.highest, self.start, now)
            found.append(
                Message(
                    "level now (last 3 points) {now:.4g}, at the start {start:.4g}, best {best:.4g} "
                    "at step {step:,}, range {spread:.4g}",
                    now=now,
                    start=self.start,
                    best=max(level for level in levels if level is not None),
                    step=self.best_step,
                    spread=self.spread,
                )
            )
            found.append(
                Message("no new best for {hours:.1f} h of week time", hours=self.flat_hours)
            )
        return tuple(found)


def reward_history(moment: RunView, window_hours: float) -> list[RewardState]:
    """Hourly evaluations in week time, oldest first; the last one is the moment itself.

    The others are up to 5 minutes earlier: see :meth:`RunView.before`.

    Noise looks like a trend in one of twenty evaluations, so a label changes only when
    two consecutive ones agree.
    """
    moments = [moment]
    for back in range(1, EVALUATIONS):
        earlier = moment.before(float(back))
        if earlier is None:
            break
        moments.append(earlier)
    states: list[RewardState] = []
    for then in reversed(moments):
        state = reward_state(then, window_hours)
        if states and Level.UNKNOWN not in (state.level, states[-1].level):
            before = states[-1]
            agreed = state.trend.label is before.trend.label
            state = replace(state, label=state.trend.label if agreed else before.label)
        states.append(state)
    return states


def reward_state(moment: RunView, window_hours: float) -> RewardState:
    """Trend of the last ``window_hours`` (week time) and the level it has reached."""
    reward, length = moment.series("rollout/ep_rew_mean").finite(), moment.episode_lengths
    window = moment.window(window_hours)
    state, place = _STATES.get(
        (reward, length), window, lambda: _state(reward, length, window, moment)
    )
    if place is None:
        return state
    # A silence is not a plateau: hours are counted up to the newest reward.
    return replace(state, flat_hours=moment.week_hours(*(_moment(reward, i) for i in (place, -1))))


def _state(
    reward: Series, length: Series | None, window: timedelta, moment: RunView
) -> tuple[RewardState, int | None]:
    """The state without its hours, and the position of the last new best; None: unknown.

    It depends on the points and the window alone.
    """
    found = trend(reward, length, window)
    if found.label is Trend.INSUFFICIENT or found.blocks < WANTED_BLOCKS:
        return RewardState(found, Trend.INSUFFICIENT), None
    means, newest = block_means(reward, length), np.array(found.means)
    # The first episodes to finish are the short ones, so the second block counts too.
    start = float(means[:2].min())
    now = float(np.median(newest))
    best = max(_best_level(means), now)
    levels = moment.reward_levels
    peak = None if levels is None else _peak(levels)
    # If learning took less than 5 % of the run, the percentiles contain only what came later.
    within = float(np.subtract(*np.percentile(reward.value, (95, 5))))
    highest = best if peak is None else max(best, peak)
    spread = max(within, highest - start)
    place = _last_new_best(reward.value, NEW_BEST * spread)
    state = RewardState(
        trend=found,
        label=found.label,
        best=best,
        peak=peak,
        collapsed=levels is not None and bool(levels.collapsed[-1]),
        best_step=int(reward.step[place]),
        start=start,
        now=now,
        latest=None if levels is None else float(levels.now[-1]),
        noise=_noise(means),
        spread=spread,
    )
    return state, place


def _peak(levels: RewardLevels) -> float | None:
    best = float(levels.best[-1])
    return best if best - levels.start > levels.margin[-1] else None


def _noise(means: np.ndarray) -> float:
    """Standard deviation of single blocks around a curve, from second differences.

    1.4826 median absolute second difference / sqrt(6): exact for independent normal
    blocks, and a rise that bends slowly is not counted as noise.
    """
    return float(1.4826 * np.median(np.abs(np.diff(means, 2))) / np.sqrt(6))


def _moment(series: Series, place: int) -> datetime:
    return from_unix(max(0.0, float(series.wall[place])))


def _best_level(means: np.ndarray) -> float:
    """The highest mean of 8 consecutive blocks.

    The highest single block of a long run is far above its level, by noise alone.
    """
    count = min(WANTED_BLOCKS, len(means))
    return float(np.convolve(means, np.full(count, 1 / count), "valid").max())


def _last_new_best(values: np.ndarray, margin: float) -> int:
    """Position of the newest value that beat all before it by the margin."""
    place, best = 0, values[0]
    # Only a running maximum can beat it, and those are few.
    for i in np.flatnonzero(values >= np.maximum.accumulate(values)):
        if values[i] > best + margin:
            place, best = int(i), values[i]
    return place
