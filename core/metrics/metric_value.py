"""A metric's value, or why it has none."""

from __future__ import annotations

import math
from typing import NamedTuple

from core.vocabulary import GateStatus


class MetricValue(NamedTuple):
    """``value`` is finite, or None with the reason in ``status``."""

    value: float | int | None
    status: GateStatus = GateStatus.OK


def undefined(status: GateStatus) -> MetricValue:
    """No value, with the reason."""
    return MetricValue(None, status)


def finite(value: float) -> MetricValue:
    """The value; ``insufficient_data`` if it overflowed (few bars, scaled up to a year)."""
    return MetricValue(value) if math.isfinite(value) else undefined(GateStatus.INSUFFICIENT_DATA)
