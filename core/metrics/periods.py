"""The record by quarter and by market regime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.json_model import Count, JsonModel
from core.metrics.drawdown import max_drawdown_pct
from core.metrics.ratios import sharpe

if TYPE_CHECKING:
    import pandas as pd  # loaded when a table is read: a saved decision needs none

REGIME_BARS = 168  # trend and volatility of a bar are those of the week that ends with it
VOLATILITIES = ("calm", "usual", "wild")


class Period(JsonModel):
    """One part of the record: a quarter, or all bars of a regime."""

    label: str = Field(description="``2025 Q1``, or the regime's trend and volatility.")
    bars: Count = Field(description="Bars of the part.")
    return_pct: float = Field(description="Compounded over the bars of the part.")
    sharpe: float | None = Field(description="Annual, of these bars alone.")
    max_drawdown_pct: float | None = Field(description="Of these bars put together.")
    trades: Count = Field(description="Round trips by exit.")
    market_return_pct: float = Field(
        description="Return of the market on these bars, full exposure, without costs."
    )


def quarters(times: pd.Series) -> np.ndarray:
    """``2025 Q1`` for each moment at which a bar closes, shape (n,)."""
    import pandas as pd

    # A close at midnight belongs to the day that it ends.
    moments = pd.DatetimeIndex(pd.to_datetime(times, utc=True)) - pd.Timedelta(1, "ns")
    return np.array([f"{m.year} Q{m.quarter}" for m in moments])


def regimes(close: np.ndarray) -> np.ndarray:
    """``up, calm`` to ``down, wild`` for each bar, shape (n,).

    Sign of the market's return over the last week, and tercile of its volatility over
    the record. The terciles use the whole record, so no decision may depend on them.
    """
    import pandas as pd

    returns = np.diff(np.log(close), prepend=np.log(close[:1]))
    week = pd.Series(returns).rolling(REGIME_BARS, min_periods=1)
    trend = week.sum().to_numpy()
    wildness = week.std(ddof=0).to_numpy()
    low, high = np.quantile(wildness, [1 / 3, 2 / 3])
    tercile = (wildness > low).astype(int) + (wildness > high)
    signs = np.where(trend >= 0, "up", "down")
    return np.array(
        [f"{sign}, {VOLATILITIES[rank]}" for sign, rank in zip(signs, tercile, strict=True)]
    )


def by_part(
    labels: np.ndarray,
    returns: np.ndarray,
    market: np.ndarray,
    exit_bars: np.ndarray,
    bars_per_year: int,
) -> tuple[Period, ...]:
    """One record per part; quarters in order of time, regimes from calm to wild, up first.

    :param labels: of each bar, shape (n,).
    :param returns: of the agent per bar, net, shape (n,).
    :param market: simple returns of the market per bar, shape (n,).
    :param exit_bars: index of the bar on which each round trip ended.
    """
    found = []
    for label in sorted(set(labels.tolist()), key=_order):
        mine = labels == label
        curve = np.concatenate([[1.0], np.cumprod(1.0 + returns[mine])])
        found.append(
            Period(
                label=label,
                bars=int(mine.sum()),
                return_pct=float(curve[-1] - 1.0) * 100.0,
                sharpe=sharpe(returns[mine], bars_per_year).value,
                max_drawdown_pct=max_drawdown_pct(curve).value,
                trades=int(mine[exit_bars].sum()),
                market_return_pct=float(np.prod(1.0 + market[mine]) - 1.0) * 100.0,
            )
        )
    return tuple(found)


def _order(label: str) -> tuple[str, bool, int]:
    """Quarters by their name; regimes from calm to wild, up first."""
    trend, _, volatility = label.partition(", ")
    if volatility not in VOLATILITIES:
        return (label, False, 0)
    return ("", trend != "up", VOLATILITIES.index(volatility))
