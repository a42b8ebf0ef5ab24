"""Rules without skill that the gates like: no stop in a bull market, the best of six coins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.market.synthetic import SignalModel, make_market

if TYPE_CHECKING:
    from datetime import datetime

    from core.market.candles import Candles

COINS = 6
PROFITS = (0.01, 0.02, 0.05)  # take profit there, never stop; in turn
GROWTH = 1.0  # log return of the bull market's year


def bull_market(seed: int, bars: int, start: datetime) -> Candles:
    """Candles without signal under a steady rise."""
    candles = make_market(seed, bars, start, SignalModel(drift=0.0)).candles
    frame = candles.frame.copy()
    rise = np.exp(np.linspace(0.0, GROWTH, len(frame)))
    for name in ("open", "high", "low", "close"):
        frame[name] = frame[name].to_numpy() * rise
    return replace(candles, frame=frame)


def never_stopped(closes: np.ndarray, profit: float, size: float) -> np.ndarray:
    """Enter at once, leave at a profit, never at a loss, enter again on the next bar.

    :param closes: known before each bar that is held, shape (bars,).
    """
    held, entry = np.zeros(len(closes)), 0.0
    for i, close in enumerate(closes):
        if entry and close >= entry * (1.0 + profit):
            entry = 0.0
        else:
            entry = entry or float(close)
            held[i] = size
    return held
