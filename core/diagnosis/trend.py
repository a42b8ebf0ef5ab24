"""The direction of a smoothed series, from block means.

``rollout/ep_rew_mean`` is a moving average over 100 episodes: neighbouring points are
nearly equal, and a test that takes them as independent finds a trend where there is
none in up to 80 % of the cases. So the points are averaged in blocks of at least 100
episodes, and an exact Kendall test is made on 8 to 12 of those (false trends: 5 to 9 %
at a nominal 5 %; measurements in the project's notes on diagnosing PPO runs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.language import Message, plural
from core.telemetry import RunEvents, Series
from core.telemetry.episodes import episode_lengths
from core.telemetry.readings import known_series
from core.telemetry.series_results import SeriesResults
from core.vocabulary import Trend

if TYPE_CHECKING:
    from datetime import datetime, timedelta

BLOCK_EPISODES = 100  # SB3's stats_window_size: episodes in one smoothed point
BLOCK_POINTS = 3  # a block of a series that is not a mean over episodes
MIN_BLOCKS, WANTED_BLOCKS, MAX_BLOCKS = 5, 8, 12  # blocks: below MIN_BLOCKS there is no label
SIGNIFICANCE = 0.05
DEAD_BAND_RANGE = 0.05  # of the range of the series so far
DEAD_BAND_SD = 0.1  # of the standard deviation in the window


@dataclass(frozen=True)
class TrendResult:
    """A label and the numbers that it follows from."""

    label: Trend
    slope: float | None  # Theil-Sen slope of the block means, per step
    blocks: int
    why: Message
    change: float | None = None  # slope times the steps of the window
    dead_band: float | None = None  # a smaller change is STABLE
    p_value: float | None = None  # exact Kendall test on the block means
    means: tuple[float, ...] = ()
    since_step: int | None = None  # start of the window, after widening


_TRENDS: SeriesResults[TrendResult] = SeriesResults(256)


def trend(
    series: Series,
    episode_length: Series | float | None = None,
    window: timedelta | None = None,
) -> TrendResult:
    """The direction of the newest part of a series.

    :param series: everything up to the moment of judgement; the part before the
        window gives the range, and is used when the window holds too few blocks.
    :param episode_length: steps per episode, as a number or as
        ``rollout/ep_len_mean``; None: the points are independent of each other.
    :param window: real time before the newest point; None: the whole series.
    """
    series = series.finite()
    if len(series) < 2:
        return _insufficient(0, plural("{n} point", "{n} points", len(series)))
    left = _blocks_left(series, episode_length)
    start = 0
    if window is not None:
        start = int(np.argmax(series.wall >= series.wall[-1] - window.total_seconds()))
        if left[start] < WANTED_BLOCKS:
            # widened to the newest point with enough blocks after it
            start = max(0, int(np.count_nonzero(left >= WANTED_BLOCKS)) - 1)
    count = min(MAX_BLOCKS, int(left[start] + 1e-9), len(series) - start)
    if count < MIN_BLOCKS:
        return _insufficient(count, _too_few(count, episode_length is not None))
    starts = _starts(left, start, count)
    if len(starts) < MIN_BLOCKS:
        why = plural(
            "{n} block with points; {wanted} are needed",
            "{n} blocks with points; {wanted} are needed",
            len(starts),
            wanted=MIN_BLOCKS,
        )
        return _insufficient(len(starts), why)
    means, middles = _means(series.value, starts), _means(series.step, starts)
    return _judge(series, start, means, middles)


def reward_trend(
    reader: RunEvents, until: datetime | None = None, window: timedelta | None = None
) -> TrendResult:
    """Trend of the mean episode reward. :param window: real time."""
    reward = known_series(reader, "rollout/ep_rew_mean", until)
    length = episode_lengths(reader, until)
    return _TRENDS.get((reward, length), window, lambda: trend(reward, length, window))


def loss_trend(
    reader: RunEvents,
    name: str = "train/value_loss",
    until: datetime | None = None,
    window: timedelta | None = None,
) -> TrendResult:
    """Trend of a loss; one update's loss hardly depends on the one before."""
    loss = known_series(reader, name, until)
    return _TRENDS.get((loss,), window, lambda: trend(loss, None, window))


def block_means(series: Series, episode_length: Series | float | None = None) -> np.ndarray:
    """Means of the smallest blocks that may count as independent, over the whole series.

    Empty when there is less than one block.
    """
    series = series.finite()
    if len(series) < 2:
        return np.empty(0)
    left = _blocks_left(series, episode_length)
    count = min(int(left[0] + 1e-9), len(series))
    if count < 1:
        return np.empty(0)
    return _means(series.value, _starts(left, 0, count))


def _starts(left: np.ndarray, start: int, count: int) -> np.ndarray:
    """Positions at which the blocks start, from ``start``; empty blocks are left out."""
    edges = left[start] * (1 - np.arange(1, count) / count)
    places = start + np.searchsorted(-left[start:], -edges, "left")
    places = np.concatenate([[start], places[places < len(left)]])  # ascending
    return places[np.diff(places, prepend=-1) > 0]


def _means(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    sums = np.add.reduceat(values.astype(float), starts)
    return sums / np.diff(np.append(starts, len(values)))


def _blocks_left(series: Series, episode_length: Series | float | None) -> np.ndarray:
    """Blocks of data from each point to the newest one; never increasing."""
    if episode_length is None:
        return np.arange(len(series), 0, -1) / BLOCK_POINTS
    if isinstance(episode_length, Series):
        lengths = episode_length.finite()
        lengths = lengths.where(lengths.value > 0)
        if not len(lengths):
            return np.arange(len(series), 0, -1) / BLOCK_POINTS
        at = np.clip(np.searchsorted(lengths.step, series.step, "right") - 1, 0, len(lengths) - 1)
        steps_an_episode = lengths.value[at]
    else:
        steps_an_episode = np.full(len(series), float(episode_length))
    episodes = np.maximum(0, np.diff(series.step, prepend=series.step[0])) / steps_an_episode
    # The first point itself represents the episodes before it, at most one block.
    episodes[0] = min(BLOCK_EPISODES, max(0.0, series.step[0] / steps_an_episode[0]))
    return np.cumsum(episodes[::-1])[::-1] / BLOCK_EPISODES


def _judge(series: Series, start: int, means: np.ndarray, middles: np.ndarray) -> TrendResult:
    so_far, inside = series.value, series.value[start:]
    spread = float(np.subtract(*np.percentile(so_far, (95, 5))))
    dead_band = max(DEAD_BAND_RANGE * spread, DEAD_BAND_SD * float(inside.std()))
    count, since = len(means), int(series.step[start])
    # Loading scipy.stats takes a second; a command that judges nothing should not wait for it.
    from scipy.stats import kendalltau, theilslopes

    slope = float(theilslopes(means, middles).slope)
    change = slope * float(series.step[-1] - since)
    p_value = 1.0
    if np.ptp(means) > 0:
        method: Literal["exact", "auto"]
        method = (
            "exact" if len(set(means)) == count else "auto"
        )  # the exact test does not support ties
        p_value = float(kendalltau(np.arange(count), means, method=method).pvalue)
    label = Trend.STABLE
    if p_value < SIGNIFICANCE and abs(change) > dead_band:
        label = Trend.INCREASING if change > 0 else Trend.DECREASING
    chance = Message("p < 0.001") if p_value < 0.001 else Message("p = {p:.3f}", p=p_value)
    why = Message(
        "{count} block means since step {step:,}: change {change:+.4g}, "
        "dead-band {dead_band:.4g}, {chance}",
        count=count,
        step=since,
        change=change,
        dead_band=dead_band,
        chance=chance,
    )
    return TrendResult(
        label, slope, count, why, change, dead_band, p_value, tuple(map(float, means)), since
    )


def _too_few(blocks: int, of_episodes: bool) -> Message:
    if of_episodes:
        return plural(
            "{n} block of {size} episodes; {wanted} are needed",
            "{n} blocks of {size} episodes; {wanted} are needed",
            blocks,
            size=BLOCK_EPISODES,
            wanted=MIN_BLOCKS,
        )
    return plural(
        "{n} block of {size} points; {wanted} are needed",
        "{n} blocks of {size} points; {wanted} are needed",
        blocks,
        size=BLOCK_POINTS,
        wanted=MIN_BLOCKS,
    )


def _insufficient(blocks: int, why: Message) -> TrendResult:
    said = Message("Not enough data: {why}.", why=why)
    return TrendResult(Trend.INSUFFICIENT, None, blocks, said)
