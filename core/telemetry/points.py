"""Points of many tags, in the order in which they were written, until they are wanted by tag.

With thousands of tags a block holds few points of each, and each tag's columns cost the
same for few as for many. So the points of several blocks wait together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_A_TAG = 128  # so many points of each tag are wanted together
_LEAST, _MOST = 1 << 15, 1 << 18  # points that wait, of all tags: at most 6.8 MB


class Points(NamedTuple):
    """Points of one block, arrays of n."""

    record: np.ndarray  # int64, which record of the block
    tag: np.ndarray  # number of the tag in the file
    step: np.ndarray  # int64
    wall: np.ndarray  # float64
    value: np.ndarray  # float64


class TagPoints(NamedTuple):
    """Points of one tag, in the order in which they were written; arrays of n."""

    step: np.ndarray  # int64
    wall: np.ndarray  # float64
    value: np.ndarray  # float64


class WaitingPoints:
    """The points of several blocks."""

    def __init__(self) -> None:
        self._blocks: list[tuple[np.ndarray, ...]] = []
        self._size = 0

    def add(self, points: Points) -> None:
        """The points of the next block, in the order in which they were written."""
        if len(points.tag):
            self._blocks.append((points.tag.astype(np.uint16), *points[2:]))
            self._size += len(points.tag)

    def are_enough(self, tags: int) -> bool:
        """True if it is time to take them.

        :param tags: tags of the file.
        """
        return self._size >= min(max(_A_TAG * tags, _LEAST), _MOST)

    def take(self) -> Iterator[tuple[int, TagPoints]]:
        """All of them by the number of their tag, each tag once."""
        if not self._blocks:
            return
        tags, *columns = map(np.concatenate, zip(*self._blocks, strict=True))
        self._blocks, self._size = [], 0
        order = np.argsort(tags, kind="stable")
        columns = [column[order] for column in columns]
        counts = np.bincount(tags)
        ends = np.cumsum(counts).tolist()
        for tag in np.flatnonzero(counts).tolist():
            part = slice(ends[tag] - int(counts[tag]), ends[tag])
            yield tag, TagPoints(*(column[part] for column in columns))


def in_order(pieces: Sequence[Points]) -> Points:
    """The points of one block, by record; those of one record keep their order."""
    if len(pieces) == 1:
        return pieces[0]
    whole = Points(*map(np.concatenate, zip(*pieces, strict=True)))
    order = np.argsort(whole.record, kind="stable")
    return Points(*(column[order] for column in whole))


def walls_before(
    points: Points, records: Sequence[int], earlier: float | None
) -> list[float | None]:
    """Wall time of the newest point before each record of the block; ``earlier`` without one."""
    usable = np.isfinite(points.wall)
    places = np.searchsorted(points.record[usable], records).tolist()
    walls = points.wall[usable]
    return [float(walls[place - 1]) if place else earlier for place in places]
