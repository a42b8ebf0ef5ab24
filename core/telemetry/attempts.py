"""Which event files belong to one attempt, and where each attempt starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.language import Message
from core.telemetry.columns import Columns
from core.telemetry.problems import Fault, FileProblem
from core.telemetry.series import Series, empty, join, stitch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.telemetry.tail import FileEvents


@dataclass(frozen=True)
class AttemptMark:
    """Where an attempt starts: a restart mark on the charts."""

    name: str  # its folder, or its file where several attempts share a folder
    first_step: int
    first_wall: float  # seconds since the epoch


@dataclass(frozen=True)
class AttemptEvents:
    """The files that one attempt wrote, read up to a moment."""

    files: tuple[FileEvents, ...]
    first_step: int
    first_wall: float
    last_wall: float  # highest finite wall time, also after that moment

    def columns(self, tag: str) -> Columns | None:
        """The points of a tag; no two files of an attempt share one."""
        return next((file.columns[tag] for file in self.files if tag in file.columns), None)

    def points(self, tag: str, until: float | None) -> Series:
        """Points of a tag with ``wall <= until``."""
        return join(tag, [points(file, tag, until) for file in self.files])


def ordered(files: Iterable[FileEvents]) -> list[FileEvents]:
    """Files by first wall time; those without one (empty, damaged) last."""

    def key(file: FileEvents) -> tuple[float, str]:
        wall = file.first_wall
        return (math.inf if wall is None or math.isnan(wall) else wall, file.name)

    return sorted(files, key=key)


def split(files: Iterable[FileEvents], until: float | None) -> list[AttemptEvents]:
    """Attempts in order: a file that repeats a tag of the attempt starts the next one.

    A second writer of the same trainer (``eval/*`` in a separate file) belongs to the same
    attempt; files without scalars belong to none.
    """
    groups: list[list[FileEvents]] = []
    seen: set[str] = set()
    for file in ordered(files):
        tags = {tag for tag, columns in file.columns.items() if columns.has_point(until)}
        if not tags:
            continue
        if not groups or tags & seen:
            groups.append([])
            seen = set()
        groups[-1].append(file)
        seen |= tags
    return [_attempt(group, until) for group in groups]


def curve(tag: str, attempts: list[AttemptEvents], until: float | None) -> Series:
    """One tag, stitched over all attempts."""
    parts = [attempt.points(tag, until) for attempt in attempts]
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
        last = attempts[-1].points(self._tag, None) if attempts else empty(self._tag)
        newest = attempts[-1].columns(self._tag) if attempts else None
        if newest is None or len(attempts) < 2 or not len(last) or not last.rising:
            return curve(self._tag, attempts, None)
        earlier = [attempt.columns(self._tag) for attempt in attempts[:-1]]
        limit = min(attempts[-1].first_step, int(last.step[0]))
        made_of = (
            limit,
            newest.origin,
            *((part and part.origin, part and len(part)) for part in earlier),
            *(attempt.first_step for attempt in attempts),
        )
        if made_of == self._made_of and len(last) < self._taken:
            return curve(self._tag, attempts, None)  # for an earlier position
        if made_of != self._made_of:
            before = curve(self._tag, attempts[:-1], None).below(limit)
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
        earlier = max(attempts[:number], key=lambda attempt: attempt.last_wall)
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


def _attempt(files: list[FileEvents], until: float | None) -> AttemptEvents:
    """An attempt of these files.

    Step 0 is its start only if it wrote no other step: a resumed run often logs its
    settings at step 0, which would replace all earlier points.
    """
    begins = [columns.start(until) for file in files for columns in file.columns.values()]
    return AttemptEvents(
        tuple(files),
        min((step for step, _ in begins if step is not None), default=0),
        min((wall for _, wall in begins if wall is not None), default=math.nan),
        max(
            (
                float(columns.newest)
                for file in files
                for columns in file.columns.values()
                if math.isfinite(columns.newest)
            ),
            default=-math.inf,
        ),
    )
