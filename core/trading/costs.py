"""Costs of a fill: fee and slippage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.language import Message

TICK = 0.0001  # price tick of OGNUSDT; crossing the spread costs at least half of it


@dataclass(frozen=True)
class CostModel:
    """Fee and slippage per side, in basis points of the traded value.

    Slippage is at least half a price tick: at 0.05 USDT a tick of OGN is 20 bps.
    """

    fee_bps: float = 10.0
    slippage_bps: float = 5.0
    tick: float = TICK

    def __post_init__(self) -> None:
        if min(self.fee_bps, self.slippage_bps, self.tick) < 0:
            raise InputError(
                Message("A cost is below 0."), Message("Give fees and slippage of 0 or more.")
            )

    @property
    def fee(self) -> float:
        """Fraction of the traded value."""
        return self.fee_bps / 1e4

    def slippage(self, price: np.ndarray | float) -> np.ndarray:
        """Fraction of the price lost per side."""
        return np.maximum(self.slippage_bps / 1e4, self.tick / 2 / np.asarray(price, dtype=float))

    def per_side(self, price: np.ndarray | float) -> np.ndarray:
        """Fee and slippage as a fraction of the traded value."""
        return self.fee + self.slippage(price)

    def as_dict(self) -> dict[str, float]:
        """The three settings by name, as decisions record them."""
        return dict(vars(self))
