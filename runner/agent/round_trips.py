"""Fills to round trips, flat to flat. A flip closes one trip and opens another."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from core.trading.records import TRADE_COLUMNS
from runner.agent.account import Fills


@dataclass
class _Open:
    """A position since its first fill."""

    entry_time: pd.Timestamp
    entry_price: float
    quantity: float  # signed coins
    fee: float


@dataclass
class RoundTrips:
    """Collects the closed trips of one account. Prices and pnl in USDT, net of both fees."""

    rows: list[tuple] = field(default_factory=list)
    position: _Open | None = None

    def fill(
        self, episode: int, at: pd.Timestamp, fills: Fills, factor: float, forced: bool = False
    ) -> None:
        """Take in account 0's fill of one step, if it had one.

        :param factor: what the account's amounts are multiplied by (equity compounds
            through episodes, while each account begins at the start capital).
        """
        quantity = float(fills.quantity[0]) * factor
        if quantity == 0.0:
            return
        price, fee = float(fills.price[0]), float(fills.fee[0]) * factor
        if self.position is None:
            self.position = _Open(at, price, quantity, fee)
            return
        closing = -self.position.quantity
        share = min(abs(closing / quantity), 1.0)
        self._close(episode, at, price, fee * share, forced)
        rest = quantity - closing
        if abs(rest) > 1e-9 * abs(quantity):  # a flip; less is the rounding of one product
            self.position = _Open(at, price, rest, fee * (1.0 - share))

    def _close(
        self, episode: int, at: pd.Timestamp, price: float, fee: float, forced: bool
    ) -> None:
        opened = self.position
        gross = opened.quantity * (price - opened.entry_price)
        fees = opened.fee + fee
        side = "long" if opened.quantity > 0 else "short"
        self.rows.append(
            (episode, side, opened.entry_time, at, opened.entry_price, price,
             abs(opened.quantity), fees, gross - fees, forced)
        )  # fmt: skip
        self.position = None

    def frame(self) -> pd.DataFrame:
        """The trips in exit order, with the columns of :data:`~core.trading.records.TRADE_COLUMNS`."""
        return pd.DataFrame(self.rows, columns=TRADE_COLUMNS)
