"""Definitions of the numbers; printed in every report."""

from __future__ import annotations

import math

from pydantic import ConfigDict, Field

from core.json_model import JsonModel

CONVENTIONS_ID = "trainweek-3"

RELATIVE_TOLERANCE = 1e-9
"""Of every comparison with a limit: 100 -> 85 gives 15.000000000000002 %, which is 15 %."""

NO_VOLATILITY = 1e-12
"""A standard deviation below this is no volatility: rounding alone produces some."""

DAYS_PER_YEAR = 365.0
HOURS_PER_YEAR = 8760  # bars of the Sharpe and Calmar gates; OGN trades every hour


def meets_limit(value: float, op: str, limit: float) -> bool:
    """Whether an unrounded value meets its limit.

    Values within :data:`RELATIVE_TOLERANCE` of the limit equal it. NaN meets no limit.

    :param op: ``>``, ``>=``, ``<`` or ``<=``.
    """
    if math.isclose(value, limit, rel_tol=RELATIVE_TOLERANCE, abs_tol=0.0):
        return op in (">=", "<=")
    match op:
        case ">" | ">=":
            return value > limit
        case "<" | "<=":
            return value < limit
    raise ValueError(f"unknown operator {op!r}")


class Conventions(JsonModel):
    """The definition of each number in a report; further entries have the number's name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str]

    id: str = Field(description="Name of this set of definitions.")
    bars_per_year: int = Field(ge=1, description="Bars in a year, for Sharpe and Calmar.")
    returns: str = Field(description="What a bar's return is.")
    sharpe: str = Field(description="Formula of the Sharpe ratio.")


def conventions(bars_per_year: int = HOURS_PER_YEAR) -> Conventions:
    """The definitions that reports print."""
    return Conventions(
        id=CONVENTIONS_ID,
        bars_per_year=bars_per_year,
        returns="per-bar simple returns of net mark-to-market equity, flat bars included; "
        "the first from the starting capital",
        sharpe=f"mean / std(ddof=1) * sqrt({bars_per_year}), risk-free rate 0; "
        "undefined below 2 bars or std < 1e-12",
        max_drawdown_pct="from equity including the starting capital, every bar's close, "
        "positive percent; lows inside a bar are ignored",
        trades="round trips from flat to flat, net of both fees, in USDT; a position open at "
        "the record's end is closed at its last close and counted (forced_exit)",
        win_rate_pct="net pnl > 0 over all closed trades",
        profit_factor="sum of wins / |sum of losses| in USDT",
        consecutive_losses="longest run of net pnl < 0 in order of exit; break-even ends a run",
        calmar=f"((end / start)^({bars_per_year} / n) - 1) / max drawdown over the whole window",
        undefined="null with a status; a gate without a value is not passed",
        comparison="unrounded, inclusive, relative tolerance 1e-9",
        psr="Phi[(SR - SR*) sqrt(n - 1) / sqrt(1 - g3 SR + (g4 - 1) / 4 SR^2)] of the bars' "
        "returns, kurtosis raw, n the effective number of bars given their autocorrelation",
        dsr="PSR against the expected best of N trials without skill, whose ratios have the "
        "variance 1 / (n - 1) that a ratio of 0 has over n bars",
        intervals="percentiles of resampled records: bars by stationary blocks, round trips "
        "by matched blocks; those of Sharpe, win rate and profit factor are for the true value and at "
        "least as wide as Student's t with the error of the 12 lowest frequencies, those of drawdown, "
        "Calmar and losing streak for a new record of the same length",
        episodes="chronological slices without overlap of one continuous record, through which "
        "positions are held; gates are computed on the whole record",
    )
