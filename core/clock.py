"""Real time and week time, and the map between them.

In real life the two are the same. In a demo or a replay they are not: the map is
then a recorded, monotonic, piecewise-linear function, given by a few points.
Nothing here asks the machine for the time; every method takes it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.language import Message

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, order=True)
class ClockPoint:
    """One fixed point of the map: at real time ``real``, the week time was ``week``.

    ``pace`` is in week seconds per real second and used only after the last point;
    between two points the map is linear.
    """

    real: datetime
    week: datetime
    pace: float = 1.0


@dataclass(frozen=True)
class Clock:
    """Maps real time to week time and back. No points: the identity."""

    points: tuple[ClockPoint, ...] = field(default=())

    def __post_init__(self) -> None:
        for before, after in zip(self.points, self.points[1:], strict=False):
            if after.real <= before.real or after.week < before.week:
                raise IntegrityError(
                    Message(
                        "The clock runs backwards between {first} and {second}.",
                        first=str(before.real),
                        second=str(after.real),
                    ),
                    Message(
                        "Record points in order of real time, with week time never decreasing."
                    ),
                )
        if any(point.pace < 0 for point in self.points):
            raise IntegrityError(
                Message("A clock's pace is negative."), Message("Give a pace of 0 or more.")
            )

    @property
    def is_identity(self) -> bool:
        """True in real life: week time is real time."""
        return not self.points

    def to_week(self, real: datetime) -> datetime:
        """The week moment at a real moment.

        Before the first point week time runs at the real pace.
        """
        if not self.points:
            return real.astimezone(UTC)
        index = bisect_right(self.points, real, key=lambda point: point.real)
        if index == 0:
            first = self.points[0]
            return first.week - (first.real - real)
        before = self.points[index - 1]
        if index == len(self.points):
            return before.week + (real - before.real) * before.pace
        after = self.points[index]
        share = (real - before.real) / (after.real - before.real)
        return before.week + (after.week - before.week) * share

    def week_seconds(self, real: np.ndarray) -> np.ndarray:
        """:meth:`to_week` of many moments: unix seconds, float64[n]."""
        import numpy as np  # here: commands that read only the store stay light

        if not self.points:
            return real
        first, last = self.points[0], self.points[-1]
        reals = np.array([point.real.timestamp() for point in self.points])
        weeks = np.array([point.week.timestamp() for point in self.points])
        found = np.interp(real, reals, weeks)
        found = np.where(real < reals[0], first.week.timestamp() + real - reals[0], found)
        after = last.week.timestamp() + (real - reals[-1]) * last.pace
        return np.asarray(np.where(real > reals[-1], after, found))

    def to_real(self, week: datetime) -> datetime | None:
        """The first real time with this week time.

        None if the clock has not reached it and, at its current pace, never will.
        """
        if not self.points:
            return week.astimezone(UTC)
        first, last = self.points[0], self.points[-1]
        if week <= first.week:
            return first.real - (first.week - week)
        if week > last.week:
            if last.pace == 0:
                return None
            return last.real + (week - last.week) / last.pace
        for before, after in zip(self.points, self.points[1:], strict=False):
            if before.week < week <= after.week:
                share = (week - before.week) / (after.week - before.week)
                return before.real + (after.real - before.real) * share
        return first.real

    def pace(self, real: datetime) -> float:
        """Week seconds per real second around a real moment (looking back).

        A clock that is stopped (pace 0 after the last point) is measured over its last
        segment.
        """
        if not self.points:
            return 1.0
        index = bisect_right(self.points, real, key=lambda point: point.real)
        if index == 0:
            return 1.0
        if index == len(self.points):
            last = self.points[-1]
            if last.pace > 0 or index == 1:
                return last.pace
            index -= 1
        before, after = self.points[index - 1], self.points[index]
        return (after.week - before.week) / (after.real - before.real)

    def with_point(self, real: datetime, week: datetime, pace: float = 1.0) -> Clock:
        """A clock with one more point.

        :raises IntegrityError: the point would make week time run backwards.
        """
        if self.points and week < self.to_week(real):
            raise IntegrityError(
                Message("Week time is already {time}.", time=str(self.to_week(real))),
                Message("A clock never runs backwards; give a later week time."),
            )
        return Clock((*self.points, ClockPoint(real, week, pace)))

    def reaching(self, real: datetime, week: datetime) -> Clock:
        """This clock, with a later week time at a real moment after its points.

        What it says of earlier moments becomes what is known once it is there.
        """
        if not self.points or real <= self.points[-1].real or week <= self.to_week(real):
            return self
        return self.with_point(real, week, pace=0.0)

    def week_duration(self, since_real: datetime, until_real: datetime) -> timedelta:
        """How much week time passed between two real moments."""
        return self.to_week(until_real) - self.to_week(since_real)

    def week_hours(self, since_real: datetime, until_real: datetime) -> float:
        """:meth:`week_duration` in hours."""
        return self.week_duration(since_real, until_real).total_seconds() / 3600

    def real_window(self, until_real: datetime, window: timedelta) -> timedelta | None:
        """The real time that the last ``window`` of week time before a real moment took.

        None if the clock has not reached that moment.
        """
        since = self.to_real(self.to_week(until_real) - window)
        return None if since is None else until_real - since
