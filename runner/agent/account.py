"""Cash, coins and fills of many independent accounts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.trading.costs import CostModel


RUIN = 0.05  # share of the start capital at which an account is terminated


@dataclass(frozen=True)
class Fills:
    """The trades of one step. Shape (n,) each; quantity 0 means no trade."""

    quantity: np.ndarray  # coins, positive bought, negative sold
    price: np.ndarray  # USDT, with slippage
    fee: np.ndarray  # USDT
    position: np.ndarray  # coins held afterwards; exactly 0 when the position is closed


@dataclass(frozen=True)
class Holding:
    """One account inside a position."""

    cash: float  # USDT
    units: float  # coins
    entry_price: float  # USDT, price of the opening fill


class Account:
    """n accounts without lot rounding.

    Independent of time and strategy. Equity is ``cash + units * price`` at the price that the
    caller passes.
    """

    def __init__(self, n: int, start_capital: float, costs: CostModel) -> None:
        self.costs = costs
        self.start_capital = start_capital
        self.cash = np.full(n, start_capital)
        self.units = np.zeros(n)
        self.entry_price = np.zeros(n)  # price of the fill that opened the position

    def reset(self, which: np.ndarray) -> None:
        """Reset accounts to the start capital without a position, where ``which`` (n, bool)."""
        self.cash[which] = self.start_capital
        self.units[which] = 0.0
        self.entry_price[which] = 0.0

    def hold(self, i: int, holding: Holding) -> None:
        """Put account ``i`` inside a position."""
        self.cash[i] = holding.cash
        self.units[i] = holding.units
        self.entry_price[i] = holding.entry_price

    def equity(self, price: np.ndarray) -> np.ndarray:
        """Mark to market, USDT, shape (n,)."""
        return self.cash + self.units * price

    def unrealised(self, price: np.ndarray) -> np.ndarray:
        """Gain of the open positions against their entry price, USDT, shape (n,)."""
        return self.units * (price - self.entry_price)

    def trade_to(self, exposure: np.ndarray, price: np.ndarray, which: np.ndarray) -> Fills:
        """Trade where ``which``, until the coins are worth ``exposure`` of the equity.

        A position is opened, reversed, reduced or closed, never increased.

        :param exposure: target share of the equity before costs, signed, shape (n,).
        :param price: the quoted price; fills are worse than it by the slippage.
        """
        target = exposure * self.equity(price) / price
        quantity = np.where(which, target - self.units, 0.0)
        fill_price = price * (1.0 + self.costs.slippage(price) * np.sign(quantity))
        fee = np.abs(quantity) * fill_price * self.costs.fee
        self.cash -= quantity * fill_price + fee
        # A reduced position keeps its entry price.
        opened = which & (target * self.units <= 0.0)
        # The target itself, not units + quantity: a closed position is exactly zero.
        self.units = np.where(which, target, self.units)
        self.entry_price = np.where(opened, fill_price, self.entry_price)
        return Fills(quantity, fill_price, fee, self.units)
