"""Returns of simple strategies on the same bars with the same costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core.errors import InputError
from core.json_model import Count, JsonModel
from core.language import Message
from core.metrics.conventions import HOURS_PER_YEAR
from core.metrics.drawdown import max_drawdown_pct
from core.metrics.ratios import calmar, sharpe
from core.metrics.returns import bar_returns
from core.trading.replay import Costs, Track, replay

if TYPE_CHECKING:
    import pandas as pd  # loaded when a table is read: a saved decision needs none

    from core.trading.costs import CostModel

SMA_FAST, SMA_SLOW = 24, 168  # bars: a day and a week


class Baseline(JsonModel):
    """Result of a strategy without an agent."""

    exposure: float = Field(description="Mean signed share of equity in the market.")
    return_pct: float = Field(description="Net return, percent.")
    sharpe: float | None = Field(description="Annual; null where undefined.")
    max_drawdown_pct: float | None = Field(description="Positive percent.")
    calmar: float | None = Field(description="Annual return / max drawdown; null where undefined.")


class SmaBaseline(Baseline):
    """Result of the crossing of two moving averages."""

    fast_bars: Count = Field(description="Bars of the fast average.")
    slow_bars: Count = Field(description="Bars of the slow average.")
    trades: Count = Field(description="Round trips.")


def buy_and_hold(
    bars: pd.DataFrame, costs: CostModel, exposure: float = 1.0, capital: float = 1.0
) -> np.ndarray:
    """Equity of a constant exposure to the market, shape (bars + 1,).

    Bought at the first open, marked at each close, sold at the last close, both
    with costs. With exposure 1 that is buy and hold; another share is kept
    constant without charging for it, so that it matches an agent's mean exposure.

    :param bars: columns ``open`` and ``close``, one row for each mark of the agent's
        equity; where the index (open times) jumps (between episodes), the move from
        close to open across the gap is not counted.
    :raises InputError: no bars.
    """
    if bars.empty:
        raise InputError(
            Message("A baseline needs bars."), Message("Give open and close of each marked bar.")
        )
    opens, closes = bars["open"].to_numpy(float), bars["close"].to_numpy(float)
    before = np.concatenate([opens[:1], closes[:-1]])
    jumps = np.flatnonzero(_follows_a_hole(bars))
    before[jumps] = opens[jumps]
    growth = 1.0 + exposure * (closes / before - 1.0)
    size = abs(exposure)
    growth[0] -= size * float(costs.per_side(opens[0]))
    growth[-1] -= size * float(costs.per_side(closes[-1]))
    # A short that loses more than its equity stays at 0.
    return capital * np.concatenate([[1.0], np.cumprod(np.maximum(growth, 1e-12))])


def baselines(
    bars: pd.DataFrame,
    costs: CostModel,
    mean_exposure: float | None,
    bars_per_year: int = HOURS_PER_YEAR,
) -> dict[str, Baseline]:
    """Flat, buy and hold, and buy and hold at the agent's mean exposure.

    The last is the fair comparison: the market's return at the agent's exposure. It is
    left out if ``mean_exposure`` is None (not recorded).
    """
    found = {
        "flat": _summary(np.ones(len(bars) + 1), 0.0, bars_per_year),
        "buy_and_hold": _summary(buy_and_hold(bars, costs), 1.0, bars_per_year),
    }
    if mean_exposure is not None:
        curve = buy_and_hold(bars, costs, exposure=mean_exposure)
        found["exposure_matched"] = _summary(curve, mean_exposure, bars_per_year)
    return found


def sma_levels(close: np.ndarray, size: float) -> np.ndarray:
    """Long while the fast moving average is above the slow one, shape (n,).

    Decided on the close of the bar before; out of the market until the slow window
    is full.
    """
    import pandas as pd

    levels = np.zeros(len(close))
    if len(close) > SMA_SLOW:
        fast, slow = (
            pd.Series(close).rolling(bars).mean().to_numpy() for bars in (SMA_FAST, SMA_SLOW)
        )
        levels[1:] = np.where(fast[:-1] > slow[:-1], size, 0.0)  # NaN compares as False
    return levels


def sma_rule(
    track: Track, costs: CostModel, size: float, bars_per_year: int = HOURS_PER_YEAR
) -> SmaBaseline:
    """The best-known simple rule, at the agent's size and with its costs.

    :param size: share of equity while in the market.
    """
    levels = sma_levels(track.close, size)
    again = replay(track, levels, Costs.of(costs))
    summary = _summary(again.equity[:, 0], float(levels.mean()), bars_per_year)
    return SmaBaseline(
        **dict(summary), fast_bars=SMA_FAST, slow_bars=SMA_SLOW, trades=len(again.trades)
    )


def _follows_a_hole(bars: pd.DataFrame) -> np.ndarray:
    import pandas as pd

    times = pd.Series(pd.to_datetime(bars.index, utc=True))
    step = times.diff()
    return (step > step.median()).to_numpy() if len(step) > 2 else np.zeros(len(bars), bool)


def _summary(equity: np.ndarray, exposure: float, bars_per_year: int) -> Baseline:
    ratio = sharpe(bar_returns(equity), bars_per_year)
    recovery = calmar(equity, bars_per_year)
    return Baseline(
        exposure=exposure,
        return_pct=float(equity[-1] / equity[0] - 1.0) * 100.0,
        sharpe=ratio.value,
        max_drawdown_pct=max_drawdown_pct(equity).value,
        calmar=recovery.value,
    )
