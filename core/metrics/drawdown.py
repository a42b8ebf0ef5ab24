"""Drawdown: how far equity fell below its previous peak."""

from __future__ import annotations

import numpy as np

from core.metrics.metric_value import MetricValue, undefined
from core.vocabulary import GateStatus


def underwater(equity: np.ndarray) -> np.ndarray:
    """Drawdown at each mark as a positive fraction, shape as given; the starting capital counts."""
    return 1.0 - equity / np.maximum.accumulate(equity)


def max_drawdown_pct(equity: np.ndarray) -> MetricValue:
    """Deepest drawdown in positive percent. ``insufficient_data`` without a single bar."""
    if len(equity) < 2:
        return undefined(GateStatus.INSUFFICIENT_DATA)
    return MetricValue(float(underwater(equity).max()) * 100.0)
