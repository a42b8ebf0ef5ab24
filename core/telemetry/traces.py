"""What one event file wrote, in short: where, which tags, which steps, when."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.telemetry.columns import Columns
    from core.telemetry.problems import FileEvents

_PACE = ("time/fps", "fps", "charts/SPS")  # written once an iteration
_HEAD = 9  # points that show the usual difference of steps
_NUMBERED = re.compile(r"attempt-(\d{3,})")  # the folder of an attempt that trainweek started


@dataclass(frozen=True, eq=False)
class Trace:
    """One file with at least one point."""

    file: FileEvents
    folder: PurePosixPath
    tags: frozenset[str]

    @cached_property
    def _pace(self) -> Columns:
        columns = self.file.columns
        known = next((columns[tag] for tag in _PACE if tag in columns), None)
        return known if known is not None else max(columns.values(), key=len)

    @cached_property
    def first_step(self) -> int:
        """The first positive step; 0 if there is none."""
        return self._pace.start(None)[0] or 0

    @cached_property
    def last_step(self) -> int:
        """The highest step."""
        step = self._pace.step
        return int(step[-1] if self._pace.rising else step.max())

    @cached_property
    def _strides(self) -> np.ndarray:
        step = self._pace.step[: 4 * _HEAD]
        differences = np.diff(step[step > 0])
        return differences[differences > 0][:_HEAD]

    @cached_property
    def stride(self) -> float | None:
        """The usual difference between two steps; None with fewer than two."""
        return float(np.median(self._strides)) if len(self._strides) else None

    @cached_property
    def from_zero(self) -> bool | None:
        """Whether the steps begin at zero, and don't continue others; None: not known."""
        if self.first_step == 0:
            return True
        if self.stride is None:
            return None
        regular = bool((self._strides == self._strides[0]).all())
        return self.first_step <= (1.5 if regular else 4.0) * self.stride

    @cached_property
    def lone(self) -> bool:
        """Whether no tag has more than one point."""
        return all(len(columns) == 1 for columns in self.file.columns.values())

    @property
    def first_wall(self) -> float:
        """When it was opened; infinite if that is unknown."""
        wall = self.file.first_wall
        return math.inf if wall is None or math.isnan(wall) else wall

    @cached_property
    def last_wall(self) -> float:
        """Highest finite wall time."""
        walls = [float(columns.newest) for columns in self.file.columns.values()]
        return max((wall for wall in walls if math.isfinite(wall)), default=-math.inf)

    @property
    def number(self) -> int | None:
        """Its attempt's number, if trainweek started it."""
        return _number(self.file)

    @property
    def numbered_run(self) -> PurePosixPath | None:
        """The folder of all attempts, if trainweek started it."""
        for folder in (self.folder, *self.folder.parents):
            if _NUMBERED.fullmatch(folder.name):
                return folder.parent
        return None

    def overlaps(self, other: Trace) -> bool:
        """Whether both were written at the same time."""
        return self.first_wall <= other.last_wall and other.first_wall <= self.last_wall

    def ends_before(self, later: Trace) -> bool:
        """Whether the steps of another one begin right where these end."""
        gap = later.first_step - self.last_step
        strides = [trace.stride for trace in (self, later) if trace.stride is not None]
        return (
            later.from_zero is not True
            and bool(self.tags & later.tags)
            and 0 < gap <= 2 * max(strides, default=float(self.first_step))
        )

    def beside(self, other: Trace) -> bool:
        """Whether both are in one folder, or in folders with one parent."""
        return self.folder == other.folder or self.folder.parent == other.folder.parent


def traces(files: Iterable[FileEvents]) -> list[Trace]:
    """The files with points, in their order."""
    return [
        Trace(file, PurePosixPath(file.name).parent, frozenset(file.columns))
        for file in files
        if file.columns
    ]


def ordered(files: Iterable[FileEvents]) -> list[FileEvents]:
    """Files in the order in which they were written.

    By the number of their attempt, else by their first wall time; those without one (empty,
    damaged) last. Where a clock that stepped back contradicts the steps, the steps decide.
    """

    def key(file: FileEvents) -> tuple[int, float, str]:
        wall = file.first_wall
        known = math.inf if wall is None or math.isnan(wall) else wall
        return (_number(file) or 0, known, file.name)

    found = sorted(files, key=key)
    if len(found) < 2:
        return found
    known = traces(found)
    for trace in known:
        if trace.number is not None or trace.from_zero is not False:
            continue
        place = found.index(trace.file)
        earlier = set(map(id, found[:place]))
        before = [other for other in known if other.beside(trace) and other.ends_before(trace)]
        if before and not any(id(other.file) in earlier for other in before):
            found.remove(trace.file)
            after = max(found.index(other.file) for other in before)
            found.insert(after + 1, trace.file)
    return found


def _number(file: FileEvents) -> int | None:
    for part in PurePosixPath(file.name).parts[:-1]:
        match = _NUMBERED.fullmatch(part)
        if match:
            return int(match[1])
    return None
