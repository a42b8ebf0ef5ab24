"""Risk-adjusted returns: Sharpe, Calmar and what they are computed from."""

from __future__ import annotations

import math

import numpy as np

from core.metrics.conventions import NO_VOLATILITY
from core.metrics.drawdown import underwater
from core.metrics.metric_value import MetricValue, finite, undefined
from core.vocabulary import GateStatus


def sharpe(returns: np.ndarray, periods_per_year: float) -> MetricValue:
    """mean / std(ddof=1) * sqrt(periods), risk-free rate 0 (Sharpe 1994).

    ``insufficient_data`` below two returns, ``zero_volatility`` if the std is below 1e-12.
    """
    if len(returns) < 2:
        return undefined(GateStatus.INSUFFICIENT_DATA)
    spread = float(np.std(returns, ddof=1))
    if spread < NO_VOLATILITY:
        return undefined(GateStatus.ZERO_VOLATILITY)
    return finite(float(np.mean(returns)) / spread * math.sqrt(periods_per_year))


def annual_return(equity: np.ndarray, bars_per_year: float) -> MetricValue:
    """Compound annual growth as a fraction; ``insufficient_data`` without a bar or on overflow."""
    bars = len(equity) - 1
    if bars < 1:
        return undefined(GateStatus.INSUFFICIENT_DATA)
    # expm1 of the log keeps small growth exact and overflows to inf, not to an exception.
    with np.errstate(over="ignore", divide="ignore"):  # a ruin's log is -inf, its growth -1
        growth = np.expm1(np.log(equity[-1] / equity[0]) * bars_per_year / bars)
    return finite(float(growth))


def calmar(equity: np.ndarray, bars_per_year: float) -> MetricValue:
    """Annual return / max drawdown over the whole window (not Young's 36 months).

    ``no_drawdown`` if equity never fell; ``insufficient_data`` without a bar, or if the
    annual return overflows.
    """
    deepest = float(underwater(equity).max())
    if deepest == 0.0 and len(equity) > 1:
        return undefined(GateStatus.NO_DRAWDOWN)
    growth = annual_return(equity, bars_per_year)
    if growth.value is None:
        return growth
    return finite(growth.value / deepest)


def lag1_autocorrelation(returns: np.ndarray) -> float | None:
    """Correlation of each return with the one before; None where it is undefined."""
    if len(returns) < 3:
        return None
    before, after = returns[:-1], returns[1:]
    if min(np.std(before), np.std(after)) < NO_VOLATILITY:
        return None
    return float(np.corrcoef(before, after)[0, 1])
