"""The curves of a run as charts show them, and the step at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import Message
from core.reading import as_set, shown_number
from core.telemetry.readings import RATE_POINTS, entropy_series, known_series, pace_series
from core.telemetry.series import Series
from core.timestamps import from_unix

if TYPE_CHECKING:
    from datetime import datetime

    from core.telemetry.run_events import RunEvents

ENTROPY_TAG = "train/entropy_loss"
SPEED_TAG = "steps/s"  # not logged: it is measured


def drawn_series(reader: RunEvents, tag: str, until: datetime) -> Series:
    """A tag's curve as a chart shows it; :data:`SPEED_TAG` gives the measured speed."""
    return speed_series(reader, until) if tag == SPEED_TAG else logged_series(reader, tag, until)


def logged_series(reader: RunEvents, tag: str, until: datetime) -> Series:
    """A tag's curve as a chart shows it: the entropy itself, not minus it as SB3 logs it."""
    if tag == ENTROPY_TAG:
        return entropy_series(reader, until)
    return known_series(reader, tag, until)


def speed_series(reader: RunEvents, until: datetime) -> Series:
    """Steps per second over the last ten iterations before each point, within one attempt.

    Near an attempt's start over those that it has, as :func:`core.telemetry.readings.steps_per_second`
    measures it; its first point has none.
    """
    pace = pace_series(reader, until)
    if len(pace) < 2:
        return pace.where(slice(0, 0))
    place = np.arange(len(pace))
    starts = np.zeros(len(pace), dtype=np.int64)
    for attempt in reader.attempts[1:]:  # a window that spans a restart measures the pause
        starts[pace.wall >= attempt.first_wall] = np.searchsorted(pace.wall, attempt.first_wall)
    before = np.maximum(place - RATE_POINTS, starts)
    steps, walls = pace.step - pace.step[before], pace.wall - pace.wall[before]
    rate = np.where((walls > 0) & (steps > 0), steps / np.where(walls > 0, walls, 1.0), np.nan)
    later = pace.where(slice(1, None))
    return Series(SPEED_TAG, later.step, later.wall, rate[1:], later.source)


def step_at(points: Series, wall: float) -> float | None:
    """The run's step at a unix time; None outside the curve."""
    if len(points.wall) == 0 or wall < points.wall[0]:
        return None
    return float(np.interp(wall, points.wall, points.step))


def takeaway(name: str, points: Series) -> Message:
    """What a curve shows, in words: its ends and its range."""
    known = points.finite()
    if not len(known):
        return Message("{name}: no finite value", name=name)
    step, last = known.last
    return Message(
        "{name}: from {first} to {last} at step {step}, lowest {low}, highest {high}",
        name=name,
        first=shown_number(float(known.value[0])),
        last=shown_number(last),
        step=shown_number(step),
        low=shown_number(float(known.value.min())),
        high=shown_number(float(known.value.max())),
    )


def crossing(name: str, points: Series, limit: float) -> Message | None:
    """On which side of a limit a curve ends, and since when; None without a finite value."""
    known = points.finite()
    if not len(known):
        return None
    above = known.value > limit
    up, shown = bool(above[-1]), as_set(limit)
    others = np.flatnonzero(above != above[-1])
    if not len(others):
        if up:
            return Message("{name}: always above {limit}", name=name, limit=shown)
        return Message("{name}: never above {limit}", name=name, limit=shown)
    first = int(others[-1]) + 1
    since = {
        "name": name,
        "limit": shown,
        "step": shown_number(int(known.step[first])),
        "time": from_unix(float(known.wall[first])),
    }
    if up:
        return Message(
            "{name}: above {limit} since step {step}, {time:%Y-%m-%d %H:%M} UTC", **since
        )
    return Message(
        "{name}: not above {limit} since step {step}, {time:%Y-%m-%d %H:%M} UTC", **since
    )
