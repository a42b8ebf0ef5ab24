"""Losing positions that are held instead of closed: neither win rate nor losing streak sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel, Share

if TYPE_CHECKING:
    import pandas as pd  # loaded when a table is read: a saved decision needs none

FEWEST_WINS = 5
LARGE = 3.0  # mean wins; the size from which a loss counts as large elsewhere too
MOST = 2.0 / 3.0  # share won, far above what exits give that treat wins and losses alike
LONG = 3.0  # times the winners' median holding time: a stop closes losers sooner, not later


class HeldLosses(JsonModel):
    """How deep a position's open loss was, and how long it was held."""

    payoff_ratio: float | None = Field(
        description="Mean win / |mean loss| of the round trips; null without either."
    )
    longest_hold_bars: float = Field(description="Longest holding time, bars.")
    worst_open_loss: float = Field(
        description="Deepest loss of a position at a bar's close, while open, USDT; 0: none."
    )
    worst_held_bars: float = Field(description="Bars that this position was held for.")
    worst_in_mean_wins: float | None = Field(
        description="That loss in mean wins; null without a win."
    )
    wins: Count = Field(description="Round trips with a net result above 0.")
    median_win_bars: float | None = Field(
        description="Median holding time of the winning round trips, bars; null without one."
    )

    win_rate: Share | None = Field(
        default=None,
        description="Share of round trips with a net result above 0; absent: not kept.",
    )

    @classmethod
    def of(
        cls, equity: pd.DataFrame, trades: pd.DataFrame, interval: pd.Timedelta
    ) -> HeldLosses | None:
        """From the tables of :mod:`core.metrics.records`; None without trades."""
        import pandas as pd

        if trades.empty:
            return None
        pnl = trades["pnl"].to_numpy(float)
        began = pd.to_datetime(trades["entry_time"], utc=True)
        ended = pd.to_datetime(trades["exit_time"], utc=True)
        holds = ((ended - began) / interval).to_numpy(float)
        times = pd.to_datetime(equity["time"], utc=True).to_numpy()
        curve = equity["equity"].to_numpy(float)
        # Out of the market the equity is the capital and the results so far.
        flat = curve[0] + np.concatenate([[0.0], np.cumsum(pnl)[:-1]])
        starts = np.searchsorted(times, began.to_numpy(), side="right")
        stops = np.searchsorted(times, ended.to_numpy(), side="right")
        losses = np.array(
            [
                max(0.0, before - curve[start:stop].min()) if stop > start else 0.0
                for start, stop, before in zip(starts, stops, flat, strict=True)
            ]
        )
        worst = int(np.argmax(losses))
        won, lost = pnl[pnl > 0], pnl[pnl < 0]
        return cls(
            payoff_ratio=float(won.mean() / -lost.mean()) if len(won) and len(lost) else None,
            longest_hold_bars=float(holds.max()),
            worst_open_loss=float(losses[worst]),
            worst_held_bars=float(holds[worst]),
            worst_in_mean_wins=float(losses[worst] / won.mean()) if len(won) else None,
            wins=len(won),
            win_rate=len(won) / len(pnl),
            median_win_bars=float(np.median(holds[pnl > 0])) if len(won) else None,
        )

    @property
    def holds_losers(self) -> bool:
        """Most trades won, and the worst open loss is large against the wins and was held far longer.

        A loss that is not closed is in no win rate and in no streak. All three conditions are
        needed: one large loss that was closed soon is a bad trade, a long hold without a large
        loss is patience, and of random holding times the worst loss is often among the longest.
        """
        if self.worst_in_mean_wins is None or self.median_win_bars is None:
            return False
        return (
            self.wins >= FEWEST_WINS
            and (self.win_rate is None or self.win_rate >= MOST)
            and self.worst_in_mean_wins >= LARGE
            and self.worst_held_bars >= LONG * self.median_win_bars
        )
