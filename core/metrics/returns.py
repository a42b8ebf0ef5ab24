"""Returns of an equity curve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.metrics.conventions import DAYS_PER_YEAR

if TYPE_CHECKING:  # loaded when a table is read: lists of decisions need none
    import pandas as pd


def bar_returns(equity: np.ndarray) -> np.ndarray:
    """Simple returns, shape (n,) from equity of shape (n + 1,)."""
    returns: np.ndarray = equity[1:] / equity[:-1] - 1.0
    return returns


def daily_returns(times: pd.Series, equity: np.ndarray) -> np.ndarray:
    """Simple returns between the last marks of UTC days, the first from the starting capital.

    A mark at midnight closes the day before. Days without a mark are left out.
    """
    import pandas as pd

    marks = pd.Series(equity[1:], index=pd.DatetimeIndex(pd.to_datetime(times[1:], utc=True)))
    closes = marks.resample("1D", closed="right", label="left").last().dropna()
    return bar_returns(np.concatenate([equity[:1], closes.to_numpy()]))


def days(bars: float, bars_per_year: int) -> float:
    """Length of a window in days, by its bars; gaps between episodes don't count."""
    return bars * DAYS_PER_YEAR / bars_per_year
