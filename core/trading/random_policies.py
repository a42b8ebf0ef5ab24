"""Policies without skill that trade as often and hold as long as the agent."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.errors import InputError
from core.json_model import Count, JsonModel, Sentence, Share
from core.language import Message
from core.metrics.conventions import NO_VOLATILITY
from core.trading.replay import Costs, Replay, Track, replay
from core.trading.resampling import SEED, Quantiles

if TYPE_CHECKING:
    from core.trading.costs import CostModel

_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


class RandomComparison(JsonModel):
    """The agent among policies without skill, matched on trade count and holding time."""

    n: Count = Field(description="Random policies.")
    seed: Count = Field(description="Of their draw.")
    trades: Count = Field(description="Round trips of each, as the agent's.")
    mean_hold_bars: float = Field(description="As the agent's.")
    size: float = Field(description="Share of equity while in the market.")
    percentile: float | None = Field(
        ge=0,
        le=100,
        description="Of the agent by Sharpe: share of the random policies below it, percent; null: "
        "see not_compared.",
    )
    percentile_return: float | None = Field(
        ge=0, le=100, description="The same by return; null: see not_compared."
    )
    sharpe: Quantiles = Field(description="Of the random policies.")
    return_pct: Quantiles = Field(description="Of the random policies.")
    share_go: Share = Field(description="Share of them that would be a GO.")
    free_bars: Share | None = Field(
        default=None,
        description="Share of the bars on which a random policy can differ from the agent: those "
        "that the agent does not spend on its most frequent side; absent: not recorded.",
    )
    not_compared: Sentence | None = Field(
        default=None, description="Why there is no percentile; null or absent: there is one."
    )


FEWEST_FREE = 0.10  # share of the bars; below it the policies differ from the agent by little


def free_bars(levels: np.ndarray) -> float:
    """Share of the bars that the agent does not spend on its most frequent side.

    An agent that is always long leaves a random policy no other place to trade. One that is
    almost always out of the market leaves it nearly all of them.
    """
    sides = np.sign(levels)
    return 1.0 - max(float(np.mean(sides > 0)), float(np.mean(sides < 0)))


def few_free_bars(free: float) -> Message:
    """Why an agent that is nearly always in the market has no percentile."""
    return Message(
        "No percentile among random policies: the agent is on one side of the market on all but "
        "{free:.1%} of the bars, so random policies hold almost the same; at least {limit:.0%} "
        "must be free.",
        free=free,
        limit=FEWEST_FREE,
    )


@dataclass(frozen=True)
class Style:
    """How the agent trades, without its timing.

    :ivar holds: bars of each round trip, in order.
    :ivar sides: 1 long, -1 short, of each round trip.
    :ivar size: share of equity while in the market.
    """

    holds: np.ndarray
    sides: np.ndarray
    size: float

    @classmethod
    def of(cls, levels: np.ndarray) -> Style | None:
        """Read the round trips from the held levels; None if the agent never traded.

        A trip ends where the side changes.
        """
        sides = np.sign(levels)
        if not sides.any():
            return None
        begins = np.flatnonzero(np.concatenate([[True], sides[1:] != sides[:-1]]))
        lengths = np.diff(np.append(begins, len(levels)))
        held = sides[begins] != 0
        return cls(lengths[held], sides[begins][held], float(np.abs(levels).max()))

    def draw(self, bars: int, n: int, seed: int = SEED) -> np.ndarray:
        """Levels of n random policies, shape (bars, n).

        :raises InputError: the trips don't fit into so many bars.
        """
        placed = self.place(bars, n, seed)
        change = np.zeros((bars + 1, n))
        policies = np.broadcast_to(np.arange(n)[:, None], placed.starts.shape)
        np.add.at(change, (placed.starts, policies), placed.sides)
        np.add.at(change, (placed.starts + placed.holds, policies), -placed.sides)
        return np.cumsum(change[:-1], axis=0) * self.size

    def place(self, bars: int, n: int, seed: int = SEED) -> PlacedTrips:
        """The round trips of n random policies.

        Each keeps the agent's holding times and sides in another order and at other
        times: the time out of the market is split at random places.

        :raises InputError: the trips don't fit into so many bars.
        """
        trips, inside = len(self.holds), int(self.holds.sum())
        if inside > bars:
            raise InputError(
                Message(
                    "The trades hold {held} bars, but the backtest has only {bars}.",
                    held=inside,
                    bars=bars,
                ),
                Message("Use trades and bars from the same backtest."),
            )
        random = np.random.default_rng(seed)
        between = 1 if bars - inside >= trips - 1 else 0  # else two trips would become one
        spare = bars - inside - between * (trips - 1)
        order = random.random((n, trips)).argsort(axis=1)
        holds, sides = self.holds[order], self.sides[order]
        cuts = np.sort(random.integers(0, spare + 1, (n, trips)), axis=1)
        before = np.concatenate([np.zeros((n, 1), int), np.cumsum(holds, axis=1)[:, :-1]], axis=1)
        return PlacedTrips(cuts + before + between * np.arange(trips), holds, sides)


@dataclass(frozen=True)
class PlacedTrips:
    """Round trips of n policies in order of time, shape (n, trips) each.

    :ivar starts: first bar that is held.
    :ivar holds: bars that are held.
    :ivar sides: 1 long, -1 short.
    """

    starts: np.ndarray
    holds: np.ndarray
    sides: np.ndarray


def run_random(track: Track, style: Style, costs: CostModel, n: int, seed: int = SEED) -> Replay:
    """Replay n random policies."""
    return replay(track, style.draw(len(track), n, seed), Costs.of(*[costs] * n))


def sharpes(equity: np.ndarray, bars_per_year: int) -> np.ndarray:
    """Sharpe ratio of each column, 0 where equity is constant; shape (k,)."""
    returns = equity[1:] / equity[:-1] - 1.0
    spread = returns.std(axis=0, ddof=1)
    moving = spread >= NO_VOLATILITY
    ratio = np.divide(returns.mean(axis=0), spread, out=np.zeros(len(spread)), where=moving)
    annual: np.ndarray = ratio * np.sqrt(bars_per_year)
    return annual


def percentile(own: float, others: np.ndarray) -> float:
    """Share of the others below, in percent; ties count half."""
    return float(((others < own).mean() + 0.5 * (others == own).mean()) * 100.0)


def spread_of(values: np.ndarray) -> Quantiles:
    """Quantiles of the values, (k,)."""
    return Quantiles(
        p=_QUANTILES, value=tuple(float(value) for value in np.quantile(values, _QUANTILES))
    )


def better_than(percentile: float, n: int) -> Message:
    """``0.4 % (1 of 250)``: how many random policies were worse, said alike everywhere.

    One decimal, cut: a share below a limit must not be rounded up to it.

    :param percentile: share of the random policies with a lower Sharpe, percent.
    """
    percent = math.floor(10 * percentile + 1e-9) / 10
    worse = math.floor(percentile * n / 100 + 1e-9)  # a tie counts half
    return Message("{percent:.1f} % ({worse:,} of {n:,})", percent=percent, worse=worse, n=n)
