"""One account on one market, in plain Python: what the vectorised environment must equal.

Written from the rules, not from the implementation: decide on the close, fill at the
next open with slippage and fee, mark at the close, trim what has outgrown its level.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from runner.agent.market_env import TRIM_BAND

if TYPE_CHECKING:
    from core.trading.costs import CostModel
    from runner.agent.market import Market


class ReferenceAccount:
    def __init__(self, market: Market, start: int, levels: tuple[float, ...], costs: CostModel):
        self.market, self.bar, self.levels, self.costs = market, start, levels, costs
        self.cash, self.units = 10_000.0, 0.0
        self.level = 0.0

    def equity(self, price: float) -> float:
        return self.cash + self.units * price

    def step(self, action: int) -> tuple[float, float]:
        """Equity at the next close, and the unshaped reward: the log of its change."""
        before = self.equity(self.market.close[self.bar])
        self.bar += 1
        price = float(self.market.open[self.bar])
        wanted = self.levels[action]
        if not self.market.filled[self.bar]:
            share = abs(self.units * price / self.equity(price))
            if wanted != self.level:
                self.level = wanted
                self._trade(wanted * self.equity(price) / price - self.units, price)
                if wanted == 0.0:
                    self.units = 0.0
            elif share > abs(self.level) * (1 + TRIM_BAND):
                self._trade(self.level * self.equity(price) / price - self.units, price)
        after = self.equity(self.market.close[self.bar])
        return after, math.log(after / before)

    def _trade(self, quantity: float, price: float) -> None:
        slip = max(self.costs.slippage_bps / 10_000, self.costs.tick / 2 / price)
        paid = price * (1 + slip) if quantity > 0 else price * (1 - slip)
        self.cash -= quantity * paid + abs(quantity) * paid * self.costs.fee_bps / 10_000
        self.units += quantity
