"""Exploring starts: training episodes that begin inside a position opened long ago.

A training episode is a week long, but the backtest is one continuous record, in which a position
may be held for months. Part of the episodes therefore begin as the account that bought at an
earlier bar of the same candles and has held since.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.trading.replay import TRIM_BAND
from core.trading.warm_up import WARM_UP
from runner.agent.account import RUIN, Account, Holding

if TYPE_CHECKING:
    from core.trading.costs import CostModel
    from runner.agent.market import Market

SHARE = 0.25  # of the episodes; the others begin flat, as the backtest does
LONGEST = 8_760  # bars: a year, the record that a revalidation is meant for


@dataclass(frozen=True)
class ExploringStarts:
    """Ages are drawn log-uniformly from 1 bar to the longest: each scale equally often.

    :ivar first_bar: earliest entry; positions are never older than the candles.
    """

    first_bar: int = WARM_UP
    share: float = SHARE
    longest: int = LONGEST

    def draw(self, rng: np.random.Generator, starts: np.ndarray) -> np.ndarray:
        """Entry bars of the episodes that start at these bars; -1 begins flat. Shape (n,)."""
        chosen, position = rng.random(len(starts)) < self.share, rng.random(len(starts))
        # A position opened at the open of its start bar has the age 1.
        oldest = np.minimum(self.longest, starts - self.first_bar + 1)
        ages = np.exp(position * np.log(np.maximum(oldest, 1))).astype(np.int64)
        return np.where(chosen & (oldest >= 1), starts - ages + 1, -1)


def held_since(
    market: Market, entry: int, start: int, level: float, costs: CostModel, capital: float
) -> Holding | None:
    """The position at the close of ``start`` of an account that took ``level`` at ``entry``.

    It is stepped as :class:`~runner.agent.market_env.MarketEnv` does, from fill to fill, and then
    scaled so that the equity is ``capital``. Only bars ``entry .. start`` are read.

    :returns: None if no such account exists: a filled bar at the entry, or ruin since.
    """
    if market.filled[entry]:
        return None
    account, all_of_it = Account(1, capital, costs), np.ones(1, dtype=bool)
    exposure = np.full(1, level)
    account.trade_to(exposure, market.open[entry : entry + 1], all_of_it)
    bar, lowest = entry, math.inf
    while True:
        later = slice(bar + 1, start + 1)
        opening = market.open[later]
        share = np.abs(account.units * opening / account.equity(opening))
        outgrown = ~market.filled[later] & (share > abs(level) * (1.0 + TRIM_BAND))
        following = int(outgrown.argmax()) if outgrown.any() else len(opening)
        closes = market.close[bar : bar + 1 + following]
        lowest = min(lowest, float(account.equity(closes).min()))
        bar += 1 + following
        if bar > start:
            break
        account.trade_to(exposure, market.open[bar : bar + 1], all_of_it)
    if lowest <= RUIN * capital:
        return None
    scale = capital / account.equity(market.close[start : start + 1])
    return Holding(
        float((account.cash * scale)[0]),
        float((account.units * scale)[0]),
        float(account.entry_price[0]),
    )
