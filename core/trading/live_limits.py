"""Limits for a model that goes live: size, stops and dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, IsoDay, JsonModel, Share

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from core.playbook import RevalidationSettings

DAY_BARS = 24
RARE = 0.001  # quantile of the daily loss: one day in a thousand


class LiveLimits(JsonModel):
    """Size, stops and dates, if it is a GO."""

    participation: Share = Field(
        description="Largest order, as a share of the median hourly volume."
    )
    median_hourly_volume_usdt: float | None = Field(description="USDT; null: no volume known.")
    order_cap_usdt: float | None = Field(description="Largest order.")
    capital_cap_usdt: float | None = Field(
        description="Equity at which a full position is that order."
    )
    record_capital_usdt: float | None = Field(
        default=None,
        description="Equity that the record traded with: at its start, or its highest where only "
        "that is above the cap; absent: not recorded.",
    )
    times_capacity: float | None = Field(
        default=None,
        description="record_capital_usdt / capital_cap_usdt; above 1 the record's orders are "
        "larger than the volume allows; null or absent: no cap.",
    )
    max_drawdown_stop_pct: float | None = Field(
        description="Stop when the drawdown is deeper: upper end of its interval, at most the "
        "gate's limit."
    )
    daily_loss_stop_pct: float | None = Field(
        description="Stop when a day loses more: one in a thousand of the record's windows of 24 "
        "bars did."
    )
    paper_days: Count = Field(description="Days on paper before capital.")
    next_revalidation: IsoDay = Field(description="Day of the next revalidation.")


def live_limits(
    equity: np.ndarray,
    bars: pd.DataFrame,
    size: float,
    drawdown_limit_pct: float,
    drawdown_ci95: Sequence[float] | None,
    settings: RevalidationSettings,
    day: date,
) -> LiveLimits:
    """The limits that apply after a GO.

    :param equity: of the record, USDT, shape (n + 1,).
    :param bars: with ``volume`` in coins; without it the caps are unknown.
    :param size: share of equity of a full position.
    """
    traded = None
    if "volume" in bars and len(bars):
        quote = (bars["volume"] * bars["close"]).to_numpy(float)
        traded = float(np.median(quote))
    order = None if traded is None else traded * settings.participation
    stop = drawdown_limit_pct
    if drawdown_ci95 is not None:
        stop = min(stop, float(drawdown_ci95[1]))
    cap = order / size if order is not None and size > 0 else None
    capital = float(equity[0])
    if cap is not None and capital <= cap < equity.max():
        capital = float(equity.max())
    return LiveLimits(
        participation=settings.participation,
        median_hourly_volume_usdt=traded,
        order_cap_usdt=order,
        capital_cap_usdt=cap,
        record_capital_usdt=capital,
        times_capacity=capital / cap if cap else None,
        max_drawdown_stop_pct=stop,
        daily_loss_stop_pct=_rare_day_loss_pct(equity),
        paper_days=settings.paper_days,
        next_revalidation=(day + timedelta(days=max(settings.paper_days, 1))).isoformat(),
    )


def _rare_day_loss_pct(equity: np.ndarray) -> float | None:
    """The loss exceeded by one in a thousand windows of 24 bars, positive percent."""
    if len(equity) <= DAY_BARS:
        return None
    windows = equity[DAY_BARS:] / equity[:-DAY_BARS] - 1.0
    return max(0.0, -float(np.quantile(windows, RARE)) * 100.0)
