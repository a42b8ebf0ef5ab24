"""Replay of recorded or artificial decisions, under other costs or one bar later.

A replay uses the same bars and the rules of the environment: fill at the open; a position
is opened, closed, reversed or trimmed back to its level; equity is marked at the close;
forced exit at an episode's end. The decisions stay as recorded, although an agent that
observed other costs might have decided differently. All scenarios are stepped together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.language import Message

if TYPE_CHECKING:
    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.trading.costs import CostModel

TRIM_BAND = 0.05  # of the level; trimming a smaller drift would only cost fees


@dataclass(frozen=True)
class Track:
    """The bars that equity was marked on, shape (n,) each.

    :ivar first: the bar is the first of an episode: flat before it. A record is one episode;
        a dial cuts it into several.
    :ivar last: the bar is the last of an episode: flat after it.
    :ivar tradable: orders were filled on the bar; there is no trade in a filled one.
    """

    open: np.ndarray
    close: np.ndarray
    first: np.ndarray
    last: np.ndarray
    tradable: np.ndarray

    def __len__(self) -> int:
        return len(self.close)

    @classmethod
    def of(cls, bars: pd.DataFrame, episodes: np.ndarray | None = None) -> Track:
        """From marked bars; without ``episodes`` (n,) they are one.

        :raises InputError: no bars, or another number of them than of episodes.
        """
        if bars.empty:
            raise InputError(
                Message("A replay needs bars."), Message("Give open and close of each marked bar.")
            )
        owner = np.zeros(len(bars), dtype=int) if episodes is None else np.asarray(episodes)
        if len(owner) != len(bars):
            raise InputError(
                Message(
                    "Length mismatch: {marks} equity values for {bars} bars.",
                    marks=len(owner),
                    bars=len(bars),
                ),
                Message("Give one bar for each row of the equity after the first."),
            )
        changes = owner[1:] != owner[:-1]
        filled = bars["is_filled"].to_numpy(bool) if "is_filled" in bars else np.zeros(len(bars))
        return cls(
            bars["open"].to_numpy(float),
            bars["close"].to_numpy(float),
            np.concatenate([[True], changes]),
            np.concatenate([changes, [True]]),
            ~filled.astype(bool),
        )


@dataclass(frozen=True)
class Costs:
    """Costs per side of k scenarios, basis points, shape (k,) each."""

    fee_bps: np.ndarray
    slippage_bps: np.ndarray
    tick: np.ndarray

    @classmethod
    def grid(cls, *scenarios: tuple[float, float, float]) -> Costs:
        """From (fee, slippage, tick) triples."""
        return cls(*(np.array(column, dtype=float) for column in zip(*scenarios, strict=True)))

    @classmethod
    def of(cls, *models: CostModel) -> Costs:
        """One scenario per cost model."""
        return cls.grid(*((m.fee_bps, m.slippage_bps, m.tick) for m in models))

    def slippage(self, price: float) -> np.ndarray:
        """Fraction of the price, at least half a tick."""
        return np.maximum(self.slippage_bps / 1e4, self.tick / 2.0 / price)


@dataclass(frozen=True)
class Replay:
    """Results of k scenarios.

    :ivar equity: starts at 1, shape (n + 1, k).
    :ivar trades: round trips in order of exit, columns ``scenario bar entry_bar side pnl
        forced``; ``pnl`` in units of the starting capital.
    :ivar turnover: traded value / equity before the trade, summed, shape (k,).
    :ivar slipped: lost to slippage, in units of the starting capital, shape (k,).
    """

    equity: np.ndarray
    trades: pd.DataFrame
    turnover: np.ndarray
    slipped: np.ndarray

    def pnl(self, scenario: int) -> np.ndarray:
        """Net results of one scenario in order of exit."""
        pnl: np.ndarray = self.trades["pnl"].to_numpy()
        own: np.ndarray = pnl[self.trades["scenario"].to_numpy() == scenario]
        return own


TRIP_COLUMNS = ["scenario", "bar", "entry_bar", "side", "pnl", "forced"]


def replay(track: Track, levels: np.ndarray, costs: Costs, trim_band: float = TRIM_BAND) -> Replay:
    """Replay k scenarios.

    :param levels: wanted share of equity on each bar, signed, decided at the close
        before; shape (n,) for all scenarios or (n, k). Each scenario has one size.
    :raises InputError: levels that are not finite, or of another length than the track.
    """
    levels = np.asarray(levels, dtype=float)
    if len(levels) != len(track) or not np.isfinite(levels).all():
        raise InputError(
            Message(
                "{levels} levels for {bars} bars; all must be finite.",
                levels=len(levels),
                bars=len(track),
            ),
            Message("Give the level of each bar."),
        )
    k = len(costs.fee_bps)
    if levels.ndim == 1:
        levels = np.broadcast_to(levels[:, None], (len(levels), k))
    book = _Book(k, costs, trim_band)
    equity = np.empty((len(track) + 1, k))
    equity[0] = 1.0
    for bar in range(len(track)):
        if track.first[bar]:
            book.leave()
        if track.tradable[bar]:
            book.decide(bar, levels[bar], track.open[bar])
        if track.last[bar]:
            book.exit(bar, track.close[bar])
        equity[bar + 1] = book.cash + book.units * track.close[bar]
    return Replay(equity, book.trips(), book.turnover, book.slipped)


class _Book:
    """k accounts that start with 1."""

    def __init__(self, k: int, costs: Costs, trim_band: float) -> None:
        self.costs, self.fee, self.band = costs, costs.fee_bps / 1e4, trim_band
        self.cash, self.units, self.held = np.ones(k), np.zeros(k), np.zeros(k)
        self.cap = np.zeros(k)  # share of equity above which a position is trimmed
        self.entered, self.side = np.zeros(k, dtype=int), np.zeros(k)
        self.before = np.ones(k)  # equity before the open trip's first fill
        self.turnover, self.slipped = np.zeros(k), np.zeros(k)
        self.rows: list[tuple[np.ndarray, ...]] = []

    def decide(self, bar: int, wanted: np.ndarray, price: float) -> None:
        equity = self.cash + self.units * price
        changing = wanted != self.held
        acting = changing | (np.abs(self.units) * price > self.cap * equity)
        who = np.flatnonzero(acting)
        if not len(who):
            return
        changing, equity, units = changing[who], equity[who], self.units[who]
        self.held[who] = np.where(changing, wanted[who], self.held[who])
        self.cap[who] = np.abs(self.held[who]) * (1.0 + self.band)
        target = self.held[who] * equity / price
        turning = changing & (target * units <= 0.0)
        # A flip closes the old trip and opens the new one; the target is that of the old equity.
        closing = who[turning & (units != 0.0)]
        self._trade(closing, np.zeros(len(closing)), price)
        self._record(bar, closing, forced=False)
        opening = who[turning & (target != 0.0)]
        self.before[opening], self.entered[opening] = self.cash[opening], bar
        self.side[opening] = np.sign(self.held[opening])
        rest = ~turning | (target != 0.0)
        self._trade(who[rest], target[rest], price)

    def exit(self, bar: int, price: float) -> None:
        leaving = np.flatnonzero(self.units)
        self._trade(leaving, np.zeros(len(leaving)), price)
        self._record(bar, leaving, forced=True)

    def leave(self) -> None:
        """Go flat without a target: a new episode begins."""
        self.held[:] = self.cap[:] = 0.0

    def _trade(self, who: np.ndarray, target: np.ndarray, price: float) -> None:
        if not len(who):
            return
        cash, units = self.cash[who], self.units[who]
        quantity = target - units
        slip = self.costs.slippage(price)[who]
        fill = price * (1.0 + slip * np.sign(quantity))
        size = np.abs(quantity)
        self.turnover[who] += size * price / (cash + units * price)
        self.slipped[who] += size * price * slip
        self.cash[who] = cash - quantity * fill - size * fill * self.fee[who]
        self.units[who] = target

    def _record(self, bar: int, who: np.ndarray, forced: bool) -> None:
        if len(who):
            earned = self.cash[who] - self.before[who]
            sides = self.side[who].astype(int)
            bars, ends = np.full(len(who), bar), np.full(len(who), forced)
            self.rows.append((who, bars, self.entered[who], sides, earned, ends))

    def trips(self) -> pd.DataFrame:
        import pandas as pd

        if not self.rows:
            return pd.DataFrame({name: [] for name in TRIP_COLUMNS})
        columns = [np.concatenate(parts) for parts in zip(*self.rows, strict=True)]
        return pd.DataFrame(dict(zip(TRIP_COLUMNS, columns, strict=True)))
