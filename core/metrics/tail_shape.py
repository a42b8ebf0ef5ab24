"""Shape of the trades' results: many small wins against rare large losses."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel, Share
from core.metrics.conventions import NO_VOLATILITY

FEWEST_TRADES = 10
HIGH_WIN_RATE, VERY_HIGH_WIN_RATE = 0.7, 0.8
LARGE_LOSS = 3.0  # mean wins
FEW_LOSSES = 10  # fewer don't show how large a loss can be
RULE_OF_THREE = 3.0


class TailShape(JsonModel):
    """Wins and losses of the round trips, by count and size."""

    trades: Count = Field(description="Closed round trips.")
    win_rate: Share = Field(description="Share with a net result above 0.")
    losses: Count = Field(description="Round trips with a net result below 0.")
    skew: float | None = Field(description="Of the results; null where undefined.")
    worst_in_mean_wins: float | None = Field(
        description="Largest loss in mean wins; 0 without a loss, null without a win."
    )
    profit_in_mean_wins: float | None = Field(
        description="Total result in mean wins: one loss of this size erases it; null without a win."
    )

    @classmethod
    def of(cls, pnl: np.ndarray) -> TailShape | None:
        """None without trades."""
        if not len(pnl):
            return None
        won = pnl[pnl > 0]
        mean_win = float(won.mean()) if len(won) else None
        spread = float(pnl.std())
        skew = (
            float(((pnl - pnl.mean()) ** 3).mean()) / spread**3 if spread > NO_VOLATILITY else None
        )
        return cls(
            trades=len(pnl),
            win_rate=len(won) / len(pnl),
            losses=int(np.count_nonzero(pnl < 0)),
            skew=skew,
            worst_in_mean_wins=None if mean_win is None else max(0.0, -float(pnl.min())) / mean_win,
            profit_in_mean_wins=None if mean_win is None else float(pnl.sum()) / mean_win,
        )

    @property
    def high_win_rate(self) -> bool:
        """Enough trades, and most of them won."""
        return self.trades >= FEWEST_TRADES and self.win_rate >= HIGH_WIN_RATE

    @property
    def rare_large_losses(self) -> bool:
        """The losses that were seen have the shape: skewed to the left, the worst many wins."""
        large = (self.worst_in_mean_wins or 0.0) >= LARGE_LOSS
        return self.high_win_rate and large and (self.skew or 0.0) < 0.0

    @property
    def unseen_losses(self) -> bool:
        """Too few losses to know how large one can be."""
        very_high = self.high_win_rate and self.win_rate >= VERY_HIGH_WIN_RATE
        return very_high and self.losses < FEW_LOSSES

    @property
    def unseen_share(self) -> float:
        """Share of the trades that a kind of loss may have without being seen once in 95 %.

        3 / n, the rule of three (Hanley and Lippman-Hand 1983).
        """
        return min(1.0, RULE_OF_THREE / self.trades)
