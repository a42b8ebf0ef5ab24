"""How long an episode is, in the steps that the run's points are counted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.telemetry.frameworks import LENGTH, counts_iterations
from core.telemetry.readings import known_series
from core.telemetry.series import Series

if TYPE_CHECKING:
    from datetime import datetime

    from core.telemetry.run_events import RunEvents

# rsl_rl's collection size is its speed times the seconds of collecting and learning.
_SPEED, _LEARNING = "Perf/total_fps", "Perf/learning_time"
_COLLECTING = ("Perf/collection_time", "Perf/collection time")  # since 3.0, before


def episode_lengths(reader: RunEvents, until: datetime | None = None) -> Series | None:
    """Mean episode length at each point, in units of the points' own steps.

    None: unknown, so each point of the reward counts as independent. Where steps
    count iterations, lengths in steps of the env are divided by those of an iteration.
    """
    lengths = known_series(reader, LENGTH, until)
    if not len(lengths):
        return None
    if not counts_iterations(reader.tags()):
        return lengths
    size = _iteration_size(reader, until)
    if size is None:
        return None
    return Series(
        lengths.tag,
        lengths.step,
        lengths.wall,
        lengths.value / size,
        lengths.source,
        lengths.rising,
    )


def _iteration_size(reader: RunEvents, until: datetime | None) -> float | None:
    """Steps of the env in one iteration; None: not logged."""
    unix = None if until is None else until.timestamp()
    tags = reader.tags()
    collecting = next((tag for tag in _COLLECTING if tag in tags), None)
    if collecting is None or _SPEED not in tags or _LEARNING not in tags:
        return None
    by_step = [
        dict(zip(found.step.tolist(), found.value.tolist(), strict=True))
        for found in (reader.series(tag, unix) for tag in (_SPEED, collecting, _LEARNING))
    ]
    sizes = [
        speed * (by_step[1][step] + by_step[2][step])
        for step, speed in by_step[0].items()
        if step in by_step[1] and step in by_step[2]
    ]
    size = float(np.median(sizes)) if sizes else 0.0
    return size if np.isfinite(size) and size > 0.0 else None
