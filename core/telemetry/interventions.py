"""Where somebody turned a knob of a running training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.telemetry.reader import RunReader
from core.telemetry.readings import known_series

_FACTOR = 1.5  # between two iterations; schedules go in small steps
_SHARE = 0.1  # of the highest rate so far: a schedule's last steps to 0 are no jumps


@dataclass(frozen=True)
class RateChange:
    """The learning rate jumped."""

    step: int  # of the first point with the new rate
    wall: float  # seconds since the epoch
    before: float
    after: float


def rate_changes(reader: RunReader, until: datetime | None = None) -> list[RateChange]:
    """Jumps of the learning rate up to then, at a restart or within an attempt."""
    series = known_series(reader, "train/learning_rate", until).finite()
    if len(series) < 2:
        return []
    before, after = series.value[:-1], series.value[1:]
    least, most = np.minimum(before, after), np.maximum(before, after)
    scale = np.maximum.accumulate(np.abs(series.value))[:-1]
    jumped = (most > _FACTOR * least) & (most - least > _SHARE * scale)
    return [
        RateChange(
            int(series.step[place + 1]),
            float(series.wall[place + 1]),
            float(before[place]),
            float(after[place]),
        )
        for place in np.flatnonzero(jumped)
    ]
