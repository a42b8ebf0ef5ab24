"""What changed around a moment of the run: attempts, settings, data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.state_words import capitals
from core.telemetry.interventions import SETTINGS, setting_changes
from core.telemetry.readings import pace_series
from core.vocabulary import Verdict

if TYPE_CHECKING:
    from datetime import timedelta

    from core.facts import Facts


@dataclass(frozen=True)
class RecentChange:
    """One change. ``before`` is None if there was no earlier value."""

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


def changes(facts: Facts, wall: float, window: timedelta) -> list[RecentChange]:
    """All that changed within ``window`` before or after a real moment, oldest first."""
    run = facts.run
    if run is None or run.reader is None:
        return []
    low, high = wall - window.total_seconds(), wall + window.total_seconds()
    found = [
        RecentChange("attempt", mark.first_step, mark.first_wall, None, mark.name)
        for mark in run.reader.attempts_until(run.until.timestamp())[1:]
        if low <= mark.first_wall <= high
    ]
    found += [
        RecentChange(
            SETTINGS[turned.setting], turned.step, turned.wall, turned.before, turned.after
        )
        for turned in setting_changes(run.reader, run.until)
        if low <= turned.wall <= high
    ]
    check = facts.data_check
    if check is not None and check.ended is not None and low <= check.ended.timestamp() <= high:
        ok = (check.result or {}).get("ok")
        outcome = Verdict.PASS if ok is True else Verdict.FAIL if ok is False else check.state
        found.append(RecentChange("data", None, check.ended.timestamp(), None, capitals(outcome)))
    return sorted(found, key=lambda change: change.wall)
