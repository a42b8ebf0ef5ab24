"""What changed around a moment of the run: attempts, settings, data. For people to connect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.checks.facts import Facts
from core.telemetry.readings import known_series, pace_series

# Settings that a trainer logs; a change of one is a change of what is trained.
_SETTINGS = ("train/learning_rate", "train/clip_range", "train/clip_range_vf")
_SAME = 1e-9  # relative: a schedule that is written again is no change
SCHEDULED = 3  # changes inside the window from which on they are one schedule


@dataclass(frozen=True)
class Change:
    """One thing that became another. ``before`` is None where there was nothing."""

    what: str  # "attempt", "data", or a tag
    step: int | None
    wall: float  # seconds since the epoch
    before: float | str | None
    after: float | str


def wall_of_step(facts: Facts, step: int) -> float | None:
    """When the run first logged a step that high; None if it never did."""
    if facts.run is None or facts.run.reader is None:
        return None
    pace = pace_series(facts.run.reader, facts.run.until)
    place = int(np.searchsorted(pace.step, step, "left"))
    return float(pace.wall[min(place, len(pace) - 1)]) if len(pace) else None


def changes(facts: Facts, wall: float, window: timedelta) -> list[Change]:
    """All that changed within ``window`` before or behind a real moment, oldest first.

    Settings that move at each update follow a schedule, and are told as one change.
    """
    run = facts.run
    if run is None or run.reader is None:
        return []
    low, high = wall - window.total_seconds(), wall + window.total_seconds()
    found = [
        Change("attempt", mark.first_step, mark.first_wall, None, mark.name)
        for mark in run.reader.attempts_until(run.until.timestamp())[1:]
        if low <= mark.first_wall <= high
    ]
    for tag in _SETTINGS:
        series = known_series(run.reader, tag, run.until).finite()
        moved = np.flatnonzero(
            np.abs(np.diff(series.value)) > _SAME * np.maximum(np.abs(series.value[1:]), _SAME)
        )
        moved = [i + 1 for i in moved if low <= series.wall[i + 1] <= high]
        if not moved:
            continue
        ends = [(moved[0], moved[-1])] if len(moved) >= SCHEDULED else [(i, i) for i in moved]
        found += [
            Change(
                tag, int(series.step[last]), float(series.wall[last]),
                float(series.value[first - 1]), float(series.value[last]),
            )
            for first, last in ends
        ]  # fmt: skip
    check = facts.data_check
    if check is not None and check.ended is not None and low <= check.ended.timestamp() <= high:
        ok = (check.result or {}).get("ok")
        word = "PASS" if ok is True else "FAIL" if ok is False else str(check.state.value)
        found.append(Change("data", None, check.ended.timestamp(), None, word))
    return sorted(found, key=lambda change: change.wall)
