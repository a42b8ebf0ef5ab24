"""A run: all event files below a folder, read incrementally and stitched to one curve."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

import numpy as np

from core.errors import TelemetryError
from core.telemetry.attempts import (
    AttemptEvents,
    AttemptMark,
    GrowingCurve,
    curve,
    marks,
    ordered,
    points,
    split,
    two_writers,
)
from core.telemetry.problems import Fault, FileProblem, FileState
from core.telemetry.series import Series, empty, join
from core.telemetry.tail import EventFile

if TYPE_CHECKING:
    import pandas as pd

_COPIED = 2_000_000  # points in copies that are kept until the next new byte (48 MB)
_KEPT = 20_000  # series, most of them views
Inode = tuple[int, int]  # device and inode


@dataclass(frozen=True)
class LastEvent:
    """The newest scalar."""

    step: int
    wall: float  # seconds since the epoch


class RunReader:
    """Reads the TensorBoard events of one run, and only new bytes on each refresh.

    Files are found by ``tfevents`` in their name, in the folder and all below it, and
    ordered by their first wall time. A file that shares tags with an earlier one is a
    new attempt: its points replace the earlier ones from its first step on. All
    methods may be called from several threads.

    :param path: a folder (it may not exist yet), or one event file under any name.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = RLock()
        self._files: dict[Inode, EventFile] = {}
        self._lost: dict[str, FileProblem] = {}  # deleted or unreachable, by name
        self._series: dict[tuple, Series] = {}
        self._copied = 0
        self._newest = np.float64(-np.inf)  # highest wall time of all points; NaN if one is NaN
        self._attempts: dict[float | None, list[AttemptEvents]] = {}
        self._curves: dict[str, GrowingCurve] = {}
        self._tags: list[str] | None = None

    def refresh(self) -> None:
        """Read what was written since the last call.

        :raises TelemetryError: a folder is there, but may not be listed.
        """
        with self._lock:
            changed = False
            root = self.path.parent if self.path.is_file() else self.path
            before, self._files = self._files, {}
            found = self._find()
            known = {file.path: inode for inode, file in before.items() if inode not in found}
            for inode, path in found.items():
                name = path.relative_to(root).as_posix()
                # Known by inode, wherever it was moved; else the one that stood here.
                file = before.pop(inode, None) or before.pop(known.get(path), None)
                file = file or EventFile(path, name)
                changed |= file.name != name
                file.path, file.name = path, name
                try:
                    changed |= file.refresh()
                except FileNotFoundError:
                    before[inode] = file
                    continue
                self._files[inode] = file
                self._lost.pop(name, None)
            for file in before.values():
                detail = f"The file is gone; {file.points} points went with it."
                self._lost[file.name] = FileProblem(
                    file.name, Fault.DELETED, detail, file.last_wall
                )
                changed = True
            if changed:
                self._forget()

    def _forget(self) -> None:
        self._series.clear()
        self._attempts.clear()
        self._copied = 0
        self._tags = None
        walls = [
            columns.newest for file in self._files.values() for columns in file.columns.values()
        ]
        self._newest = np.max(walls, initial=-np.inf)

    def _find(self) -> dict[Inode, Path]:
        """Event files by inode; of several links to one file the first counts."""
        if self.path.is_file():
            paths = [self.path]
        else:
            paths = sorted(
                Path(folder) / name
                for folder, _, names in os.walk(self.path, onerror=_refuse)
                for name in names
                if "tfevents" in name
            )
        found: dict[Inode, Path] = {}
        for path in paths:
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # deleted since, or a dangling link
            except OSError as error:
                name = path.relative_to(self.path).as_posix()
                self._lost[name] = FileProblem(name, Fault.UNREADABLE, f"{error.strerror}")
                continue
            found.setdefault((stat.st_dev, stat.st_ino), path)
        return found

    # the points

    def tags(self) -> list[str]:
        """All scalar tags, sorted."""
        with self._lock:
            if self._tags is None:
                self._tags = sorted({tag for file in self._files.values() for tag in file.columns})
            return self._tags.copy()

    def series(
        self,
        tag: str,
        until: float | None = None,
        since: float | None = None,
        stitched: bool = True,
    ) -> Series:
        """Points of one tag with ``since < wall <= until`` (seconds since the epoch).

        What was written after ``until`` has no influence: a restart behind it hides
        nothing. The arrays are read-only.

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
                    series = curve(tag, self._split(until), until)
                else:
                    files = ordered(self._files.values())
                    series = join(tag, [points(file, tag, until) for file in files])
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
        """None for a moment that hides nothing, so that every later "now" shares one entry."""
        return None if until is not None and self._newest <= until else until

    def _split(self, until: float | None) -> list[AttemptEvents]:
        until = self._bound(until)
        attempts = self._attempts.get(until)
        if attempts is None:
            if len(self._attempts) >= 1000:
                self._attempts.clear()
            attempts = self._attempts[until] = split(self._files.values(), until)
        return attempts

    @property
    def attempts(self) -> list[AttemptMark]:
        """Attempts in order of their first wall time; the first one included."""
        return self.attempts_until(None)

    def attempts_until(self, until: float | None) -> list[AttemptMark]:
        """Attempts as seen at a moment (seconds since the epoch)."""
        with self._lock:
            return marks(self._split(until))

    def last_event(self, until: float | None = None) -> LastEvent | None:
        """The newest scalar with ``wall <= until``; None if there is none.

        A scalar without a finite wall time has no place in time, and never is it.
        """
        with self._lock:
            newest: tuple[float, int] | None = None
            for file in self._files.values():
                for columns in file.columns.values():
                    kept = columns.until(until)
                    wall, step = columns.wall[kept], columns.step[kept]
                    if len(wall) and not math.isfinite(wall[-1]):
                        usable = np.isfinite(wall)
                        wall, step = wall[usable], step[usable]
                    if len(wall):
                        candidate = (float(wall[-1]), int(step[-1]))
                        newest = candidate if newest is None else max(newest, candidate)
            return None if newest is None else LastEvent(newest[1], newest[0])

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
        return next((wall for wall in walls if math.isfinite(wall)), None)

    # the files

    @property
    def files(self) -> list[FileState]:
        """Every event file and how far it was read, in order of first wall time."""
        with self._lock:
            return [file.state for file in ordered(self._files.values())]

    @property
    def problems(self) -> list[FileProblem]:
        """What is wrong with the files. An empty list means: all was read."""
        with self._lock:
            files = ordered(self._files.values())
            found = [problem for file in files for problem in file.problems]
            found += self._lost.values()
            found += two_writers(self._split(None))
        if not files:
            why = "There is no event file in it." if self.path.exists() else "It does not exist."
            found.append(FileProblem(self.path.as_posix(), Fault.NO_FILES, why))
        return found


def _refuse(error: OSError) -> None:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return  # not there yet, or gone since
    raise TelemetryError(
        f"The folder {error.filename} can't be listed: {error.strerror}.",
        "Give yourself the right to read it.",
    ) from error
