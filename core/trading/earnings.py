"""How a record earned its return: trades, holding times, sides and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel, Share
from core.metrics.trades import profit_factor, win_rate_pct
from core.trading.held_losses import HeldLosses

if TYPE_CHECKING:
    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.trading.replay import Replay


class Side(JsonModel):
    """All round trips of one side."""

    trades: Count = Field(description="Round trips.")
    pnl: float = Field(description="USDT, net.")
    win_rate_pct: float | None = Field(description="Percent with a net result above 0.")
    profit_factor: float | None = Field(description="Sum of wins / |sum of losses|.")


class Earnings(JsonModel):
    """How the record earned its return: trades, exposure, costs, sides."""

    trades: Count = Field(description="Round trips.")
    exposure: float | None = Field(description="Mean signed share of equity in the market.")
    time_in_market: Share | None = Field(description="Share of the bars with a position.")
    turnover: float = Field(description="Traded value / mean equity, per year.")
    avg_hold_bars: float | None = Field(description="Mean holding time, bars.")
    median_hold_bars: float | None = Field(description="Median holding time, bars.")
    fees: float = Field(description="USDT.")
    slippage: float = Field(description="USDT lost to slippage.")
    fees_share_of_gross: float | None = Field(
        description="Fees / (net result + fees); null where that is no gain."
    )
    costs_share_of_gross: float | None = Field(
        description="Fees and slippage / (net result + both); null where that is no gain."
    )
    long: Side = Field(description="Long round trips.")
    short: Side = Field(description="Short round trips.")
    forced_exits: Count = Field(description="Round trips closed by force, at the record's end.")
    forced_exits_pnl: float = Field(description="USDT.")
    held_losses: HeldLosses | None = Field(
        default=None,
        description="Open losses and holding times; null: no trades; absent: not recorded.",
    )
    expectancy_bps: float | None = Field(
        description="Mean net result of a trade, of its value at entry."
    )


def earnings(
    equity: pd.DataFrame,
    trades: pd.DataFrame,
    levels: np.ndarray,
    same: Replay,
    interval: pd.Timedelta,
    bars_per_year: int,
) -> Earnings:
    """How a backtest earned its return.

    :param levels: held on each bar, shape (n,).
    :param same: the replay at the recorded costs, for turnover and slippage.
    :param interval: length of a bar.
    """
    import pandas as pd

    pnl = trades["pnl"].to_numpy(float)
    capital = float(equity["equity"].iloc[0])
    fees = float(trades["fees"].sum()) if "fees" in trades else 0.0
    slipped = float(same.slipped[0]) * capital
    forced = trades["forced_exit"].astype(bool).to_numpy()
    began = pd.to_datetime(trades["entry_time"], utc=True)
    ended = pd.to_datetime(trades["exit_time"], utc=True)
    holds = ((ended - began) / interval).to_numpy(float)
    value = (trades["entry_price"] * trades["quantity"]).to_numpy(float)
    sides = trades["side"].to_numpy()
    net = float(pnl.sum())
    return Earnings(
        trades=len(pnl),
        exposure=_mean(equity["exposure"].to_numpy(float)[1:]),
        time_in_market=float(np.mean(levels != 0.0)) if len(levels) else None,
        turnover=float(same.turnover[0]) * bars_per_year / max(len(levels), 1),
        avg_hold_bars=_mean(holds),
        median_hold_bars=float(np.median(holds)) if len(holds) else None,
        fees=fees,
        slippage=slipped,
        fees_share_of_gross=_share(fees, net + fees),
        costs_share_of_gross=_share(fees + slipped, net + fees + slipped),
        long=_side(pnl[sides == "long"]),
        short=_side(pnl[sides == "short"]),
        forced_exits=int(forced.sum()),
        forced_exits_pnl=float(pnl[forced].sum()),
        held_losses=HeldLosses.of(equity, trades, interval),
        expectancy_bps=_mean(pnl / value * 1e4) if len(pnl) and (value > 0).all() else None,
    )


def _side(pnl: np.ndarray) -> Side:
    return Side(
        trades=len(pnl),
        pnl=float(pnl.sum()),
        win_rate_pct=win_rate_pct(pnl).value,
        profit_factor=profit_factor(pnl).value,
    )


def _mean(values: np.ndarray) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
