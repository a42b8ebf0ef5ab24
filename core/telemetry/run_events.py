"""The events of a run up to one position in its files; all reads from one object agree."""

from __future__ import annotations

from dataclasses import dataclass
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from core.language import Message
from core.telemetry.attempts import (
    AttemptEvents,
    AttemptMark,
    FileGroup,
    GrowingCurve,
    curve,
    grouped,
    marks,
    of_newest,
    split,
    two_writers,
)
from core.telemetry.problems import Fault, FileProblem, FileState
from core.telemetry.series import Series, empty, join
from core.telemetry.traces import ordered
from core.timestamps import FIRST_MOMENT, LAST_MOMENT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from core.telemetry.problems import FileEvents

_COPIED = 2_000_000  # points in copies that are kept until the next new byte (48 MB)
_KEPT = 20_000  # series, most of them views


@dataclass(frozen=True)
class LastEvent:
    """The newest scalar."""

    step: int
    wall: float  # seconds since the epoch


class RunEvents:
    """The events of one run as they were read. Never changes.

    A file that shares tags with an earlier one is a new attempt: its points replace the
    earlier ones from its first step on. All methods may be called from several threads.

    :param lost: problems of files that are deleted or unreachable.
    :param curves: kept between the positions of one reader, with the lock that guards them.
    """

    def __init__(
        self,
        path: Path,
        files: Sequence[FileEvents] = (),
        lost: Sequence[FileProblem] = (),
        curves: dict[str, GrowingCurve] | None = None,
        lock: RLock | None = None,
    ) -> None:
        self.path = path
        self._lock = lock or RLock()
        self._curves = {} if curves is None else curves
        self._take(files, lost)

    def _take(self, files: Sequence[FileEvents], lost: Sequence[FileProblem]) -> None:
        self._files, self._missing = tuple(files), tuple(lost)
        self._series: dict[tuple[str, float | None, float | None, bool], Series] = {}
        self._copied = 0
        self._attempts: dict[float | None, list[AttemptEvents]] = {}
        self._groups: list[FileGroup] | None = None
        self._tags: list[str] | None = None
        walls = [columns.newest for file in self._files for columns in file.columns.values()]
        # Highest wall time of all points; NaN if one is NaN.
        self._newest = np.max(walls, initial=-np.inf)

    # the points

    def tags(self) -> list[str]:
        """All scalar tags, sorted."""
        with self._lock:
            if self._tags is None:
                files = [file for group in self._grouped() for file in (*group.own, *group.sides)]
                self._tags = sorted({tag for file in files for tag in file.columns})
            return self._tags.copy()

    def series(
        self,
        tag: str,
        until: float | None = None,
        since: float | None = None,
        stitched: bool = True,
    ) -> Series:
        """Points of one tag with ``since < wall <= until`` (seconds since the epoch).

        Points after ``until`` have no influence: a later restart replaces none of them.
        The arrays are read-only.

        :param stitched: one curve over all attempts; False: every point as written,
            file by file.
        """
        with self._lock:
            until = self._bound(until)
            key = (tag, until, since, stitched)
            series = self._series.get(key)
            if series is None:
                if stitched and until is None:
                    grown = self._curves.setdefault(tag, GrowingCurve(tag))
                    series = grown.series(self._split(None))
                elif stitched:
                    series = curve(tag, self._split(until))
                else:
                    series = join(tag, [part.points(tag) for part in self._split(until)])
                series = series.between(since, None)
                for column in (series.step, series.wall, series.value):
                    column.flags.writeable = False
                copied = len(series) if series.value.base is None else 0
                self._copied += copied
                if self._copied > _COPIED or len(self._series) >= _KEPT:
                    self._series.clear()
                    self._copied = copied
                self._series[key] = series
            return series

    def frame(self, stitched: bool = False) -> pd.DataFrame:
        """All points: ``tag, step, wall_time, value``, tag by tag."""
        # Imported here: few callers need it, and it costs half a second.
        import pandas as pd

        with self._lock:
            every = [self.series(tag, stitched=stitched) for tag in self.tags()]
        nothing = empty("")
        names = pd.array([series.tag for series in every], dtype=str)
        return pd.DataFrame(
            {
                "tag": names.repeat([len(series) for series in every]),
                "step": np.concatenate([nothing.step, *(series.step for series in every)]),
                "wall_time": np.concatenate([nothing.wall, *(series.wall for series in every)]),
                "value": np.concatenate([nothing.value, *(series.value for series in every)]),
            },
            copy=False,
        )

    # the run

    def _bound(self, until: float | None) -> float | None:
        """``until``, or None if it excludes no point, so that every later "now" shares a cache."""
        return None if until is not None and self._newest <= until else until

    def _split(self, until: float | None) -> list[AttemptEvents]:
        until = self._bound(until)
        attempts = self._attempts.get(until)
        if attempts is None:
            if len(self._attempts) >= 1000:
                self._attempts.clear()
            attempts = self._attempts[until] = split(self._grouped(), until)
        return attempts

    def _grouped(self) -> list[FileGroup]:
        if self._groups is None:
            self._groups = grouped(self._files)
        return self._groups

    @property
    def attempts(self) -> list[AttemptMark]:
        """Attempts in order of their first wall time; the first one included."""
        return self.attempts_until(None)

    def attempts_until(self, until: float | None) -> list[AttemptMark]:
        """Attempts as seen at a moment (seconds since the epoch)."""
        with self._lock:
            return marks(self._split(until))

    def concurrent_until(self, until: float | None) -> list[FileProblem]:
        """Attempts that started while an earlier one was still being written."""
        with self._lock:
            return two_writers(self._split(until))

    def newest_attempt(self, series: Series, until: float | None = None) -> Series:
        """The points of a stitched series that the newest attempt wrote; all without a mark."""
        with self._lock:
            return of_newest(self._split(until), series)

    def newest_written(self, tag: str, until: float | None = None) -> Series:
        """The points of a tag that the newest attempt wrote, in the order of writing."""
        with self._lock:
            attempts = self._split(until)
            return attempts[-1].points(tag) if attempts else empty(tag)

    def written_by(self, number: int, tag: str, until: float | None = None) -> Series:
        """The points of a tag that one attempt wrote; also those that a later one replaced.

        :param number: of the attempt, from 0; one that does not exist wrote nothing.
        """
        with self._lock:
            attempts = self._split(self._bound(until))
            return attempts[number].points(tag) if number < len(attempts) else empty(tag)

    def last_event(self, until: float | None = None) -> LastEvent | None:
        """The newest scalar with ``wall <= until``; None if there is none.

        Where a clock stepped back it is the one that was written last. A scalar without a
        wall time within the calendar is never the newest.
        """
        with self._lock:
            attempts = self._split(until)
            since = max((n for n, attempt in enumerate(attempts) if attempt.clock_back), default=0)
            found = [
                event
                for attempt in attempts[since:]
                for file in attempt.own or attempt.sides
                if (event := _last_of(file, attempt.until)) is not None
            ]
            return max(found, key=lambda event: (event.wall, event.step), default=None)

    @property
    def last_wall(self) -> float | None:
        """Wall time of the newest scalar, in seconds since the epoch."""
        last = self.last_event()
        return None if last is None else last.wall

    @property
    def last_step(self) -> int | None:
        """Step of the newest scalar."""
        last = self.last_event()
        return None if last is None else last.step

    @property
    def first_wall(self) -> float | None:
        """Wall time of the first scalar of the first attempt."""
        walls = [mark.first_wall for mark in self.attempts]
        return next((wall for wall in walls if FIRST_MOMENT <= wall <= LAST_MOMENT), None)

    # the files

    @property
    def contents(self) -> tuple[FileEvents, ...]:
        """What every event file holds."""
        with self._lock:
            return self._files

    @property
    def files(self) -> list[FileState]:
        """Every event file and how far it was read, in order of first wall time."""
        with self._lock:
            return [file.state for file in ordered(self._files)]

    @property
    def problems(self) -> list[FileProblem]:
        """Problems of the files; empty if everything was read."""
        with self._lock:
            files = ordered(self._files)
            found = [problem for file in files for problem in file.problems]
            found += self._missing
            found += self.concurrent_until(None)
        if not files:
            why = (
                Message("contains no event file")
                if self.path.exists()
                else Message("does not exist")
            )
            found.append(FileProblem(self.path.as_posix(), Fault.NO_FILES, why))
        return found


def _last_of(file: FileEvents, until: float | None) -> LastEvent | None:
    """The newest scalar of a file: by time, or by step if its clock stepped back."""
    found: list[LastEvent] = []
    timed = True
    for columns in file.columns.values():
        kept = columns.until(until)
        wall, step = columns.wall[kept], columns.step[kept]
        if len(wall) and not FIRST_MOMENT <= wall[-1] <= LAST_MOMENT:
            usable = (wall >= FIRST_MOMENT) & (wall <= LAST_MOMENT)
            wall, step = wall[usable], step[usable]
        if len(wall):
            found.append(LastEvent(int(step[-1]), float(wall[-1])))
            timed = timed and bool(columns.timed)
    if timed:
        return max(found, key=lambda event: (event.wall, event.step), default=None)
    return max(found, key=lambda event: (event.step, event.wall), default=None)
