"""The market features of an observation: statistics of past candles only.

Every feature at bar t is a recursion over bars 0..t, so deleting, changing or shuffling
later bars does not change one bit of it (tests prove that).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runner.agent.market import Market

MOMENTUM_SPANS = (6, 24, 96)  # bars
REGIME_BARS = (24, 48, 96, 192)  # expected lengths of the trends to detect
REGIME_STRENGTH = 1.6  # a trend of n bars moves by that many volatilities times sqrt(n)
_LARGEST = 6.0  # volatilities in a bar; a larger move has no more information on the trend
VOLATILITY_SPAN = 240
FAST_VOLATILITY_SPAN = 24
VOLUME_SPAN = 240
AGE_UNIT = 168.0  # bars; at that age of a position the feature is at half of its range
LONGEST_AGE = 3.0  # of the clipped feature
_FLOOR = 1e-6  # avoids a division by zero in a market that never moves

FEATURE_NAMES = (
    *(f"momentum_{span}" for span in MOMENTUM_SPANS),
    *(f"regime_{bars}" for bars in REGIME_BARS),
    "volatility_ratio",
    "volume_surprise",
)
POSITION_NAMES = ("position", "unrealised_pnl", "trade_age")
# Of models made before December 2026, whose time in trade was clipped at three training episodes.
CLIPPED_POSITION_NAMES = ("position", "unrealised_pnl", "time_in_trade")
OBSERVATION_NAMES = FEATURE_NAMES + POSITION_NAMES


def ema(values: np.ndarray, span: float) -> np.ndarray:
    """Exponential moving average with alpha = 2 / (span + 1), starting at the first value.

    Pandas would skip a NaN; here all values after one are NaN.
    """
    averaged = pd.Series(values).ewm(span=span, adjust=False).mean().to_numpy(copy=True)
    averaged[np.logical_or.accumulate(np.isnan(values))] = np.nan
    return averaged


def log_returns(close: np.ndarray) -> np.ndarray:
    """Close-to-close log returns, shape (T,); the first bar has none and gets 0."""
    return np.diff(np.log(close), prepend=np.log(close[:1]))


def regime_log_odds(standardised: np.ndarray, bars: int) -> np.ndarray:
    """Log odds that the market is in an up rather than a down trend, shape (T,).

    The forward filter (Hamilton 1989) of two equally likely drifts of opposite sign
    that last ``bars`` on average, on returns in units of their volatility.
    """
    leave = 1.0 / bars
    evidence = 2.0 * REGIME_STRENGTH / math.sqrt(bars) * np.clip(standardised, -_LARGEST, _LARGEST)
    odds = np.empty(len(evidence))
    current = 0.0
    for bar, seen in enumerate(evidence.tolist()):
        up = math.exp(current)
        current = math.log(((1.0 - leave) * up + leave) / (leave * up + 1.0 - leave)) + seen
        odds[bar] = current
    return odds


def raw_features(market: Market) -> np.ndarray:
    """Features before normalisation, float64, shape (T, len(FEATURE_NAMES)).

    Rows before ``core.trading.warm_up.WARM_UP`` depend on where the data begin; no decision uses them.
    """
    returns = log_returns(market.close)
    volatility = np.sqrt(ema(returns**2, VOLATILITY_SPAN)) + _FLOOR
    fast = np.sqrt(ema(returns**2, FAST_VOLATILITY_SPAN)) + _FLOOR
    volume = np.log1p(market.volume)
    columns = [ema(returns, span) / volatility for span in MOMENTUM_SPANS]
    columns += [regime_log_odds(returns / volatility, bars) for bars in REGIME_BARS]
    columns.append(np.log(fast / volatility))
    columns.append(ema(volume, FAST_VOLATILITY_SPAN) - ema(volume, VOLUME_SPAN))
    return np.column_stack(columns)


def position_age(bars: np.ndarray) -> np.ndarray:
    """The feature ``trade_age``, 0 to 1: a backtest holds longer than any training episode.

    Almost linear in the first days, and never out of range.
    """
    return bars / (bars + AGE_UNIT)


def clipped_position_age(bars: np.ndarray) -> np.ndarray:
    """The feature ``time_in_trade`` of models made before December 2026."""
    return np.minimum(bars / AGE_UNIT, LONGEST_AGE)


# By these names a model says how the age of its position is computed.
AGES: Mapping[tuple[str, ...], Callable[[np.ndarray], np.ndarray]] = {
    POSITION_NAMES: position_age,
    CLIPPED_POSITION_NAMES: clipped_position_age,
}
