"""Which event files belong to one attempt, and where each attempt begins."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from core.telemetry.columns import Columns
from core.telemetry.series import Series, empty, join, stitch
from core.telemetry.tail import EventFile


@dataclass(frozen=True)
class AttemptMark:
    """Where an attempt begins: a restart mark on the charts."""

    name: str  # its folder, or its file where several attempts share a folder
    first_step: int
    first_wall: float  # seconds since the epoch


@dataclass(frozen=True)
class Attempt:
    """The files that one attempt wrote, as seen up to a moment."""

    files: tuple[EventFile, ...]
    first_step: int
    first_wall: float

    def points(self, tag: str, until: float | None) -> Series:
        return join(tag, [points(file, tag, until) for file in self.files])


def ordered(files: Iterable[EventFile]) -> list[EventFile]:
    """By first wall time; files without one (empty, damaged) last."""

    def key(file: EventFile) -> tuple[float, str]:
        wall = file.first_wall
        return (math.inf if wall is None or math.isnan(wall) else wall, file.name)

    return sorted(files, key=key)


def split(files: Iterable[EventFile], until: float | None) -> list[Attempt]:
    """Attempts in order: a file that repeats a tag of the attempt begins the next one.

    So a second writer beside the trainer's (``eval/*`` in a file of its own) belongs
    to the same attempt, and files without scalars to none.
    """
    groups: list[list[EventFile]] = []
    seen: set[str] = set()
    for file in ordered(files):
        tags = {tag for tag, columns in file.columns.items() if _begun(columns, until)}
        if not tags:
            continue
        if not groups or tags & seen:
            groups.append([])
            seen = set()
        groups[-1].append(file)
        seen |= tags
    return [_attempt(group, until) for group in groups]


def curve(tag: str, attempts: list[Attempt], until: float | None) -> Series:
    """One tag, stitched over all attempts."""
    parts = [attempt.points(tag, until) for attempt in attempts]
    cuts = [None, *(attempt.first_step for attempt in attempts[1:])]
    return stitch(tag, parts, cuts[: len(parts)])


def marks(attempts: list[Attempt]) -> list[AttemptMark]:
    folders = [str(PurePosixPath(attempt.files[0].name).parent) for attempt in attempts]
    return [
        AttemptMark(
            folder if folder != "." and folders.count(folder) == 1 else attempt.files[0].name,
            attempt.first_step,
            attempt.first_wall,
        )
        for folder, attempt in zip(folders, attempts, strict=True)
    ]


def points(file: EventFile, tag: str, until: float | None) -> Series:
    """A copy of one tag's points in one file; a copy, as the columns go on growing."""
    columns = file.columns.get(tag)
    if columns is None:
        return empty(tag)
    series = Series(tag, columns.step, columns.wall, columns.value, file.name)
    kept = slice(None) if until is None else columns.wall <= until
    return Series(
        tag,
        np.array(series.step[kept]),
        np.array(series.wall[kept]),
        np.array(series.value[kept]),
        file.name,
    )


def _attempt(files: list[EventFile], until: float | None) -> Attempt:
    """Step 0 begins an attempt only if it wrote nothing else: a resumed training often
    logs its settings there, and they would hide everything before it."""
    steps: list[int] = []
    walls: list[float] = []
    for file in files:
        for columns in file.columns.values():
            if not _begun(columns, until):
                continue
            kept = slice(None) if until is None else columns.wall <= until
            step, wall = columns.step[kept], columns.wall[kept]
            walls += wall[np.isfinite(wall)][:1].tolist()
            positive = int(np.argmax(step > 0))  # the first one; 0 if there is none
            if step[positive] > 0:
                steps.append(int(step[positive]))
    return Attempt(tuple(files), min(steps, default=0), min(walls, default=math.nan))


def _begun(columns: Columns, until: float | None) -> bool:
    """True if the tag has a point up to then."""
    if until is None:
        return len(columns) > 0
    return bool(len(columns)) and bool(columns.wall[0] <= until or (columns.wall <= until).any())
