"""Which event files belong to one attempt, and where each attempt starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from core.language import Message
from core.telemetry.columns import Columns
from core.telemetry.problems import Fault, FileProblem
from core.telemetry.series import Series, empty, join, stitch, without_resets
from core.telemetry.side_writers import side_writers
from core.telemetry.traces import Trace, ordered, traces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from core.telemetry.problems import FileEvents
    from core.telemetry.side_writers import SideWriter


@dataclass(frozen=True)
class AttemptMark:
    """Where an attempt starts: a restart mark on the charts."""

    name: str  # its folder, or its file where several attempts share a folder
    first_step: int
    first_wall: float  # seconds since the epoch


@dataclass(frozen=True)
class FileGroup:
    """The files that one attempt wrote, whole."""

    trace: Trace  # the trainer's first file
    own: tuple[FileEvents, ...]  # the trainer's files
    sides: tuple[FileEvents, ...] = ()  # of side writers


@dataclass(frozen=True)
class AttemptEvents:
    """The files that one attempt wrote, read up to a moment."""

    trace: Trace
    own: tuple[FileEvents, ...]  # the trainer's files
    sides: tuple[FileEvents, ...]  # of side writers
    until: float | None  # points up to this wall time; None: all
    first_step: int
    first_wall: float
    last_wall: float  # highest finite wall time, also after that moment
    clock_back: bool  # continues the one before, at an earlier time

    @property
    def files(self) -> tuple[FileEvents, ...]:
        """The trainer's files, then those of side writers."""
        return self.own + self.sides

    def columns(self, tag: str) -> Columns | None:
        """The points of a tag; no two files of an attempt share one."""
        return next((file.columns[tag] for file in self.files if tag in file.columns), None)

    def points(self, tag: str) -> Series:
        """The points of a tag, as written."""
        return join(tag, [points(file, tag, self.until) for file in self.files])


def grouped(files: Iterable[FileEvents]) -> list[FileGroup]:
    """The files of one run by attempt: a file that repeats a tag starts the next one.

    A second writer of the same trainer (``eval/*`` in a separate file) belongs to the same
    attempt, and so do side writers; files without scalars belong to none.
    """
    found = traces(ordered(files))
    sides = side_writers(found)
    beside = {id(side.trace) for side in sides}
    groups: list[list[Trace]] = []
    for trace in found:
        if id(trace) in beside:
            continue
        seen = {tag for own in groups[-1] for tag in own.tags} if groups else set()
        if not groups or trace.tags & seen:
            groups.append([])
        groups[-1].append(trace)
    if not groups:
        return _curves_only(sides)
    extra: list[list[FileEvents]] = [[] for _ in groups]
    for side in sides:
        extra[_attempt_beside(side, groups)].append(side.file)
    return [
        FileGroup(group[0], tuple(trace.file for trace in group), tuple(more))
        for group, more in zip(groups, extra, strict=True)
    ]


def _curves_only(sides: Sequence[SideWriter]) -> list[FileGroup]:
    """A run whose only points are curves of ``add_scalars``."""
    groups: list[list[SideWriter]] = []
    for side in sides:
        seen = {tag for own in groups[-1] for tag in own.file.columns} if groups else set()
        if not groups or seen & set(side.file.columns):
            groups.append([])
        groups[-1].append(side)
    return [FileGroup(group[0].trace, tuple(side.file for side in group)) for group in groups]


def _attempt_beside(side: SideWriter, groups: Sequence[Sequence[Trace]]) -> int:
    """The newest attempt that wrote when the side writer began; else the first."""
    began = [
        number
        for number, group in enumerate(groups)
        if min(trace.first_wall for trace in group) <= max(side.trace.first_wall, 0.0)
    ]
    return max(began, default=0)


def split(groups: Sequence[FileGroup], until: float | None) -> list[AttemptEvents]:
    """Attempts in order, with at least one point up to a moment.

    Where the clock stepped back between two, the moment that ends the later one hides
    nothing of the earlier.
    """
    found: list[AttemptEvents] = []
    for number in reversed(range(len(groups))):
        group = groups[number]
        later = found[-1] if found else None
        bound = None if later is not None and later.clock_back else until
        own, sides = _begun(group.own, bound), _begun(group.sides, bound)
        if own or sides:
            back = number > 0 and _stepped_back(groups[number - 1].trace, group.trace)
            found.append(_attempt(group.trace, own, sides, bound, back))
    return found[::-1]


def _begun(files: Iterable[FileEvents], until: float | None) -> tuple[FileEvents, ...]:
    """The files with a point up to a moment."""
    return tuple(
        file for file in files if any(columns.has_point(until) for columns in file.columns.values())
    )


def _stepped_back(earlier: Trace, later: Trace) -> bool:
    """Whether a file continues right where another ended, but at an earlier time."""
    return later.first_wall < earlier.last_wall and earlier.ends_before(later)


def curve(tag: str, attempts: list[AttemptEvents]) -> Series:
    """One tag, stitched over all attempts."""
    parts = [attempt.points(tag) for attempt in attempts]
    cuts = [None, *(attempt.first_step for attempt in attempts[1:])]
    return stitch(tag, parts, cuts[: len(parts)])


class GrowingCurve:
    """One tag, stitched over all attempts up to now, while the newest attempt grows.

    The points of the earlier attempts are copied once, and new points are appended.
    Earlier positions can still be read.
    """

    def __init__(self, tag: str) -> None:
        self._tag = tag
        self._stitched = Columns()
        self._made_of: tuple[object, ...] | None = None
        self._taken = 0  # points of the newest attempt

    def series(self, attempts: list[AttemptEvents]) -> Series:
        """The curve of these attempts."""
        last = attempts[-1].points(self._tag) if attempts else empty(self._tag)
        newest = attempts[-1].columns(self._tag) if attempts else None
        if newest is None or len(attempts) < 2 or not len(last) or not last.rising:
            return curve(self._tag, attempts)
        earlier = [attempt.columns(self._tag) for attempt in attempts[:-1]]
        limit = min(attempts[-1].first_step, int(last.step[0]))
        made_of = (
            limit,
            newest.origin,
            *((part and part.origin, part and len(part)) for part in earlier),
            *(attempt.first_step for attempt in attempts),
        )
        if made_of == self._made_of and len(last) < self._taken:
            return curve(self._tag, attempts)  # for an earlier position
        if made_of != self._made_of:
            before = curve(self._tag, attempts[:-1]).below(limit)
            self._stitched, self._made_of, self._taken = Columns(), made_of, 0
            self._stitched.extend(before.step, before.wall, before.value)
        new = last.where(slice(self._taken, None))
        self._stitched.extend(new.step, new.wall, new.value)
        self._taken = len(last)
        whole = self._stitched
        return Series(self._tag, whole.step, whole.wall, whole.value, last.source, rising=True)


def two_writers(attempts: list[AttemptEvents]) -> list[FileProblem]:
    """Attempts that started while an earlier one was still being written."""
    found: list[FileProblem] = []
    for number, later in enumerate(attempts[1:], start=1):
        since = max((n for n in range(number + 1) if attempts[n].clock_back), default=0)
        if since == number > 0:
            continue  # the clock stepped back: times before and after can't be compared
        earlier = max(attempts[since:number], key=lambda attempt: attempt.last_wall)
        if earlier.last_wall > later.first_wall:
            what = Message(
                "started while {file} was still being written, with the same tags; its points "
                "replace the earlier ones from step {step:,}; the raw points keep both",
                file=earlier.files[0].name,
                step=later.first_step,
            )
            found.append(FileProblem(later.files[0].name, Fault.TWO_WRITERS, what))
    return found


def marks(attempts: list[AttemptEvents]) -> list[AttemptMark]:
    """The start of each attempt."""
    folders = [str(PurePosixPath(attempt.files[0].name).parent) for attempt in attempts]
    return [
        AttemptMark(
            folder if folder != "." and folders.count(folder) == 1 else attempt.files[0].name,
            attempt.first_step,
            attempt.first_wall,
        )
        for folder, attempt in zip(folders, attempts, strict=True)
    ]


def points(file: FileEvents, tag: str, until: float | None) -> Series:
    """One tag's points in one file."""
    columns = file.columns.get(tag)
    if columns is None:
        return empty(tag)
    kept = columns.until(until)
    return Series(
        tag,
        columns.step[kept],
        columns.wall[kept],
        columns.value[kept],
        file.name,
        rising=columns.rising,
    )


def of_newest(attempts: list[AttemptEvents], series: Series) -> Series:
    """The points of a stitched series that the newest attempt wrote.

    By their steps, as a clock may step back.
    """
    if not attempts:
        return series
    own = attempts[-1].points(series.tag)
    if not len(own):
        return series.where(slice(0, 0))
    first = min(attempts[-1].first_step, int(without_resets(own).step[0]))
    if series.rising:  # a view, which copies nothing
        return series.where(slice(int(np.searchsorted(series.step, first)), None))
    return series.where(series.step >= first)


def _attempt(
    trace: Trace,
    own: tuple[FileEvents, ...],
    sides: tuple[FileEvents, ...],
    until: float | None,
    clock_back: bool,
) -> AttemptEvents:
    """An attempt of these files.

    Step 0 is its start only if it wrote no other step: a resumed run often logs its
    settings at step 0, which would replace all earlier points.
    """
    every = [columns for file in own or sides for columns in file.columns.values()]
    begins = [columns.start(until) for columns in every]
    ends = [float(columns.newest) for columns in every if math.isfinite(columns.newest)]
    return AttemptEvents(
        trace,
        own,
        sides,
        until,
        min((step for step, _ in begins if step is not None), default=0),
        min((wall for _, wall in begins if wall is not None), default=math.nan),
        max(ends, default=-math.inf),
        clock_back,
    )
