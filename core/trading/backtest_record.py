"""The tables of a backtest, and the series derived from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import InputError
from core.language import Message
from core.metrics.records import require_equity, require_trades
from core.metrics.returns import bar_returns
from core.trading.replay import Track

if TYPE_CHECKING:
    from core.market import Candles
    from core.trading.costs import CostModel


@dataclass(frozen=True)
class BacktestRecord:
    """The tables of :mod:`core.metrics.records`, and the bars they were computed on.

    :ivar equity: with the columns ``exposure``, ``episode`` and ``target`` (the level
        that was held on the bar, a signed share of equity).
    :ivar bars: open and close of each marked bar, one row for each row of ``equity``
        after the first; see :func:`marked_bars`.
    """

    equity: pd.DataFrame
    trades: pd.DataFrame
    bars: pd.DataFrame
    costs: CostModel

    @cached_property
    def curve(self) -> np.ndarray:
        """Equity, shape (n + 1,). :raises InputError: see :func:`require_equity`."""
        return require_equity(self.equity)

    @cached_property
    def returns(self) -> np.ndarray:
        """Net simple returns per bar, shape (n,)."""
        return bar_returns(self.curve)

    @cached_property
    def pnl(self) -> np.ndarray:
        """Net results of the round trips in order of exit."""
        return require_trades(self.trades)

    @cached_property
    def levels(self) -> np.ndarray:
        """Held levels, shape (n,).

        :raises InputError: the equity has no such columns, or a level is not finite.
        """
        missing = [name for name in ("exposure", "episode", "target") if name not in self.equity]
        if missing:
            raise InputError(
                Message("The equity table has no column {columns}.", columns=", ".join(missing)),
                Message("Run the backtest again: it records what was held on each bar."),
            )
        levels = self.equity["target"].to_numpy(float)[1:]
        if not np.isfinite(levels).all():
            row = int(np.argmin(np.isfinite(levels))) + 2
            raise InputError(
                Message(
                    "The equity, row {row}: target {value} is not finite.",
                    row=row,
                    value=float(levels[row - 2]),
                ),
                Message("Run the backtest again."),
            )
        return levels

    @cached_property
    def episodes(self) -> np.ndarray:
        """Number of the episode (a slice of the record) of each bar, shape (n,)."""
        return self.equity["episode"].to_numpy()[1:]

    @cached_property
    def track(self) -> Track:
        """The marked bars, for a replay: one episode, a position is held through slices.

        :raises InputError: no bars, or they are not in order of time.
        """
        if not self.bars.index.is_monotonic_increasing or self.bars.index.has_duplicates:
            late = self.bars.index[1:] <= self.bars.index[:-1]
            raise InputError(
                Message(
                    "The marked bar of {time} repeats or precedes the one before it.",
                    time=str(self.bars.index[1:][late][0]),
                ),
                Message("Give each bar once, in order of time."),
            )
        return Track.of(self.bars, np.zeros(len(self.equity) - 1))

    @cached_property
    def mean_exposure(self) -> float:
        """Mean signed share of equity in the market over the marks; 0 without one."""
        exposure = self.equity["exposure"].to_numpy(float)[1:]
        return float(np.mean(exposure)) if len(exposure) else 0.0


def marked_bars(candles: Candles, equity: pd.DataFrame) -> pd.DataFrame:
    """The bars that equity was marked on: those that closed at its times.

    Columns ``open close volume is_filled``.

    :raises InputError: equity was marked at a moment at which no bar closes.
    """
    closes = pd.DatetimeIndex(pd.to_datetime(equity["time"].iloc[1:], utc=True))
    opens = closes - pd.Timedelta(candles.interval)
    absent = ~opens.isin(candles.frame.index)
    if absent.any():
        raise InputError(
            Message("Equity is marked at {time}, when no bar closes.", time=str(closes[absent][0])),
            Message("Use the candles that the backtest ran on."),
        )
    return candles.frame.loc[opens, ["open", "close", "volume", "is_filled"]]
