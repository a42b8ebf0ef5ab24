"""Changes of settings during a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.telemetry.readings import known_series

if TYPE_CHECKING:
    from datetime import datetime

    from core.telemetry.run_events import RunEvents

# What a restart may change, by the tag that logs it.
SETTINGS = {"learning_rate": "train/learning_rate", "ent_coef": "train/ent_coef"}
_FACTOR = 1.5  # between two iterations; schedules go in small steps
_SHARE = 0.1  # of the highest value so far: the last steps of a schedule to 0 are not jumps


@dataclass(frozen=True)
class SettingChange:
    """A sudden change of a setting."""

    setting: str  # learning_rate, ent_coef
    step: int  # of the first point with the new value
    last_step: int  # of the last point with the old one
    wall: float  # seconds since the epoch, of ``step``
    before: float
    after: float


def setting_changes(reader: RunEvents, until: datetime | None = None) -> list[SettingChange]:
    """Jumps of the settings up to then, at a restart or within an attempt, by step."""
    found = [change for name in SETTINGS for change in _jumps(reader, name, until)]
    return sorted(found, key=lambda change: change.step)


def _jumps(reader: RunEvents, name: str, until: datetime | None) -> list[SettingChange]:
    series = known_series(reader, SETTINGS[name], until).finite()
    if len(series) < 2:
        return []
    before, after = series.value[:-1], series.value[1:]
    least, most = np.minimum(before, after), np.maximum(before, after)
    scale = np.maximum.accumulate(np.abs(series.value))[:-1]
    jumped = (most > _FACTOR * least) & (most - least > _SHARE * scale)
    return [
        SettingChange(
            name,
            int(series.step[place + 1]),
            int(series.step[place]),
            float(series.wall[place + 1]),
            float(before[place]),
            float(after[place]),
        )
        for place in np.flatnonzero(jumped)
    ]
