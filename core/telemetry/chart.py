"""A view of a series that a chart can bear, in which no spike vanishes."""

from __future__ import annotations

import numpy as np

from core.telemetry.series import Series

MAX_POINTS = 2000


def downsample(series: Series, max_points: int = MAX_POINTS) -> Series:
    """At most ``max_points`` points: of each stretch its lowest and its highest.

    First and last point are kept, and so is the first non-finite point of a stretch
    (it shows as a gap). Real points only, nothing is averaged.

    :raises ValueError: fewer than 5 points allowed.
    """
    if max_points < 5:
        raise ValueError(f"A chart of {max_points} points shows nothing; allow at least 5.")
    count = len(series)
    if count <= max_points:
        return series
    stretches = (max_points - 2) // 3
    bounds = np.linspace(0, count, stretches + 1).astype(int)
    finite = np.isfinite(series.value)
    low = np.where(finite, series.value, np.inf)
    high = np.where(finite, series.value, -np.inf)
    chosen = {0, count - 1}
    for start, end in zip(bounds[:-1], bounds[1:], strict=True):
        if finite[start:end].any():
            chosen.add(start + int(low[start:end].argmin()))
            chosen.add(start + int(high[start:end].argmax()))
        if not finite[start:end].all():
            chosen.add(start + int(finite[start:end].argmin()))
    return series.where(np.array(sorted(chosen)))
