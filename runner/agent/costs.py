"""What a trade costs: exchange fee and slippage, per side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BPS = 1e-4
OGNUSDT_TICK = 0.0001  # USDT; 1.2 bps of the price in 2021, 15.2 bps in the first half of 2025


@dataclass(frozen=True)
class CostModel:
    """Fee on the traded notional, slippage on the price.

    Slippage is the larger of ``slippage_bps`` and half a price tick, because OGN's
    tick alone can be wider than a usual slippage.
    """

    fee_bps: float = 10.0
    slippage_bps: float = 5.0
    tick: float = OGNUSDT_TICK

    def __post_init__(self) -> None:
        if min(self.fee_bps, self.slippage_bps, self.tick) < 0:
            raise ValueError(f"Costs can't be negative: {self}. Give 0 or more.")

    @property
    def fee(self) -> float:
        """Share of the traded notional."""
        return self.fee_bps * BPS

    def slippage(self, price: np.ndarray) -> np.ndarray:
        """Share of the price by which a fill is worse than ``price``; same shape."""
        return np.maximum(self.slippage_bps * BPS, 0.5 * self.tick / price)
