"""Records of rules without skill that the gates like, booked as a revalidation books them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.market.synthetic import SignalModel, make_market
from core.trading.backtest_record import BacktestRecord, marked_bars
from core.trading.costs import CostModel
from core.trading.replay import Costs, Track, replay

if TYPE_CHECKING:
    from core.market.candles import Candles

START = datetime(2025, 1, 1, tzinfo=UTC)
YEAR, HOUR = 8760, pd.Timedelta("1h")
SIZE, CAPITAL, EPISODES = 0.15, 10_000.0, 10
COINS = 6
MEAN_HOLDS = (12, 24, 72)  # bars, in turn
PROFITS = (0.01, 0.02, 0.05)  # take profit there, never stop; in turn
SMALL_PROFIT, RARE_STOPS = 0.01, (0.1, 0.15, 0.2)  # short volatility: the stops in turn
GROWTH = 1.0  # log return of the bull market's year


def coin_flip(seed: int) -> BacktestRecord:
    """Enter and leave by chance, on a market of its own without signal."""
    candles = _market(seed)
    random = np.random.default_rng(10_000 + seed)
    hold = MEAN_HOLDS[seed % len(MEAN_HOLDS)]
    return record_of(candles, np.cumsum(random.random(YEAR) < 1 / hold) % 2 * SIZE)


def best_coin(seed: int) -> BacktestRecord:
    """The coin flip with the highest Sharpe of six markets."""
    records = [coin_flip(COINS * seed + coin) for coin in range(COINS)]
    return max(records, key=lambda each: float(each.returns.mean() / each.returns.std()))


def no_stop(seed: int) -> BacktestRecord:
    """Take profit, never stop, in a bull market without signal."""
    return _ruled(bull_market(seed), PROFITS[seed % len(PROFITS)])


def short_volatility(seed: int) -> BacktestRecord:
    """Take a small profit, stop ten to twenty times as far away, in the same bull market."""
    return _ruled(bull_market(seed), SMALL_PROFIT, RARE_STOPS[seed % len(RARE_STOPS)])


def bull_market(seed: int) -> Candles:
    """Candles without signal under a steady rise."""
    candles = _market(seed)
    frame = candles.frame.copy()
    rise = np.exp(np.linspace(0.0, GROWTH, len(frame)))
    for name in ("open", "high", "low", "close"):
        frame[name] = frame[name].to_numpy() * rise
    return replace(candles, frame=frame)


def taken_profits(
    closes: np.ndarray, profit: float, size: float, stop: float | None = None
) -> np.ndarray:
    """Enter at once, leave at a profit or at the stop, enter again a bar later.

    :param closes: known before each bar that is held, shape (bars,).
    :param stop: loss at which it leaves, as a share; None: never at a loss.
    """
    held, entry = np.zeros(len(closes)), 0.0
    for i, close in enumerate(closes):
        stopped = stop is not None and close <= entry * (1.0 - stop)
        if entry and (close >= entry * (1.0 + profit) or stopped):
            entry = 0.0
        else:
            entry = entry or float(close)
            held[i] = size
    return held


def record_of(candles: Candles, held: np.ndarray) -> BacktestRecord:
    """One continuous record of a year with these exposures, ten slices of it as episodes."""
    bars = candles.frame.iloc[1:]
    played = replay(Track.of(bars), held, Costs.of(CostModel()))
    episodes = np.repeat(np.arange(1, EPISODES + 1), YEAR // EPISODES)
    times = pd.DatetimeIndex(candles.frame.index)
    equity = pd.DataFrame(
        {
            "time": times + HOUR,
            "equity": CAPITAL * played.equity[:, 0],
            # Near enough for the fair baseline: a position drifts a little from its level.
            "exposure": np.concatenate([[0.0], held]),
            "episode": np.concatenate([[1], episodes]),
            "target": np.concatenate([[0.0], held]),
        }
    )
    trips = played.trades
    opens = times[1:].append(times[-1:] + HOUR)
    leaves = trips["bar"].to_numpy(int) + trips["forced"].to_numpy(int)  # forced: at the close
    trades = pd.DataFrame(
        {
            "entry_time": opens[trips["entry_bar"].to_numpy(int)],
            "exit_time": opens[leaves],
            "pnl": CAPITAL * trips["pnl"],
            "forced_exit": trips["forced"].astype(bool),
        }
    )
    return BacktestRecord(equity, trades, marked_bars(candles, equity), CostModel())


def _market(seed: int) -> Candles:
    return make_market(seed, YEAR + 1, START, SignalModel(drift=0.0)).candles


def _ruled(candles: Candles, profit: float, stop: float | None = None) -> BacktestRecord:
    closes = candles.frame["close"].to_numpy()[:-1]
    return record_of(candles, taken_profits(closes, profit, SIZE, stop))
