"""Round trips from fills, flat to flat. A reversal closes one trip and opens another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from core.metrics.records import TRADE_COLUMNS

if TYPE_CHECKING:
    from runner.agent.account import Fills


@dataclass
class _Trip:
    """An open position. Amounts in coins and USDT."""

    entry_time: pd.Timestamp
    entry_price: float
    quantity: float  # signed, as opened
    fees: float
    left: float  # signed, not yet closed
    proceeds: float = 0.0  # of what was closed: signed quantity * price

    def reduce(self, quantity: float, price: float, fee: float) -> None:
        """Close ``quantity`` (signed like the position) at ``price``."""
        self.left -= quantity
        self.proceeds += quantity * price
        self.fees += fee


@dataclass
class RoundTrips:
    """Collects the closed trips of one account.

    A trip that was trimmed has the mean price of its parts as exit price, so that ``pnl = quantity * (exit - entry) - fees`` (for a long one) always holds.
    """

    rows: list[tuple] = field(default_factory=list)
    trip: _Trip | None = None

    def fill(self, episode: int, at: pd.Timestamp, fills: Fills, forced: bool = False) -> None:
        """Add account 0's fill of one step, if it had one."""
        quantity = float(fills.quantity[0])
        if quantity == 0.0:
            return
        price, fee = float(fills.price[0]), float(fills.fee[0])
        position = float(fills.position[0])
        trip = self.trip
        if trip is not None and position * trip.quantity > 0.0:
            trip.reduce(-quantity, price, fee)
            return
        opening_share = abs(position / quantity)
        if trip is not None:
            trip.reduce(trip.left, price, fee * (1.0 - opening_share))
            self._close(trip, episode, at, forced)
        if position != 0.0:
            self.trip = _Trip(at, price, position, fee * opening_share, left=position)

    def _close(self, trip: _Trip, episode: int, at: pd.Timestamp, forced: bool) -> None:
        side = "long" if trip.quantity > 0 else "short"
        pnl = trip.proceeds - trip.quantity * trip.entry_price - trip.fees
        self.rows.append(
            (episode, side, trip.entry_time, at, trip.entry_price, trip.proceeds / trip.quantity,
             abs(trip.quantity), trip.fees, pnl, forced)
        )  # fmt: skip
        self.trip = None

    def frame(self) -> pd.DataFrame:
        """The trips in exit order, with the columns of :data:`~core.metrics.records.TRADE_COLUMNS`."""
        return pd.DataFrame(self.rows, columns=TRADE_COLUMNS)
