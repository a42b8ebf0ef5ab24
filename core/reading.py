"""A number with where it came from: unit, window, source, step and moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Reading:
    """What was measured.

    A reading always has a value: a number that does not exist is no reading (None
    in the place of the reading), never a reading of zero.
    """

    value: float | int | str | bool
    unit: str = ""  # "steps/s", "h", "" for a bare number or a word
    window: str = "latest"  # what it was taken over: "latest", "last 2 h", "20 blocks"
    source: str = ""  # file, relative to the home, and tag or key in it
    step: int | None = None  # training step of the newest point in it
    at: datetime | None = None  # real moment of the newest point in it

    def age(self, now: datetime) -> timedelta | None:
        """Real time since the newest point; None for readings without a moment."""
        return None if self.at is None else max(now - self.at, timedelta(0))
