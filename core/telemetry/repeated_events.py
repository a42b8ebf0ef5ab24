"""Reads the scalars of many events at once.

Events that differ only in wall time, step, numbers and checksum are one matrix. Whatever
is not proven to be such an event with a correct checksum is left to
:class:`~core.telemetry.wire.ScalarParser`, record by record: the result is the same, only
slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from google_crc32c import value as crc32c

from core.telemetry.checksum import MOST_AFTER, terms
from core.telemetry.fronts import Fronts, front_checksums, fronts_of, stored, unaligned
from core.telemetry.layouts import WIDTHS, Layout, rows_of
from core.telemetry.points import Points
from core.telemetry.shape_numbers import numbers_of
from core.telemetry.shapes import Shape, holes_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FEW = 32  # records; fewer are parsed faster one by one
_FEW_BYTES = 4096  # but not if they are so large together
_TRIES = 8  # samples of one width, in one block, of which shapes are learned
_MOST_LAYOUTS = 64  # of one width
_MOST_BYTES = 8 << 20  # of all known shapes of a file
_FEW_HOLES = 4  # numbers; events with more are faster verified one by one


class Arrival(NamedTuple):
    """The first event of a shape in a block."""

    record: int
    shape: Shape


class Events(NamedTuple):
    """Events of one layout with correct checksums, in the order in which they were written."""

    layout: Layout
    shape: np.ndarray  # int64[n]
    record: np.ndarray  # int64[n], which record of the block
    step: np.ndarray  # int64[n]
    wall: np.ndarray  # float64[n]
    value: np.ndarray  # float64[n, numbers of the layout]

    def named(self) -> list[int]:
        """The shapes here that name a plugin, or rest on one that was named."""
        named = self.layout.named
        return np.flatnonzero(np.bincount(self.shape[named[self.shape]])).tolist()

    def of_known(self, plugins: Mapping[str, str]) -> Events:
        """The events that are scalars by the plugins that the file named before."""
        odd = [
            shape
            for shape in self.named()
            if not all(
                number.agrees(plugins.get(number.tag)) for number in self.layout.shapes[shape]
            )
        ]
        return self._where(~np.isin(self.shape, odd)) if odd else self

    def agree(self, plugins: Mapping[str, str]) -> bool:
        """True if the plugins named in the same block leave all events what they are."""
        return all(
            plugins.get(number.tag, "scalars") == "scalars"
            for shape in self.named()
            for number in self.layout.shapes[shape]
            if number.unsure
        )

    def arrivals(self, plugins: Mapping[str, str]) -> list[Arrival]:
        """The shapes whose tags, or tags' plugins, are new to the file."""
        layout = self.layout
        new = layout.new.copy()
        for shape in self.named():
            new[shape] |= any(n.plugin and n.tag not in plugins for n in layout.shapes[shape])
        rows = np.flatnonzero(new[self.shape])
        shapes, first = np.unique(self.shape[rows], return_index=True)
        return [
            Arrival(int(self.record[rows[place]]), layout.shapes[shape])
            for shape, place in zip(shapes.tolist(), first.tolist(), strict=True)
        ]

    def points(self, number_of: Callable[[str], int | None]) -> Points:
        """All points, without those of refused tags.

        :param number_of: the number of a tag in the file; None: refused.
        """
        layout = self.layout
        tags = layout.tag_numbers(self.shape, number_of)[self.shape].ravel()
        each = len(layout.holes)
        columns = (self.record, self.step, self.wall)
        record, step, wall = (np.repeat(column, each) for column in columns)
        points = Points(record, tags, step, wall, self.value.ravel())
        kept = tags >= 0
        return points if kept.all() else Points(*(column[kept] for column in points))

    def _where(self, rows: np.ndarray) -> Events:
        return Events(self.layout, *(column[rows] for column in self[1:]))


class RepeatedEvents:
    """The layouts of one file, learned from its blocks."""

    def __init__(self) -> None:
        self._layouts: dict[int, list[Layout]] = {}  # by width

    def read(
        self, buffer: bytes, starts: np.ndarray, lengths: np.ndarray, since: int
    ) -> list[Events]:
        """Events of known shapes. What is in none of them is to be parsed one by one.

        :param starts: int64[n], where each record of the buffer begins.
        :param lengths: int64[n], bytes of its data.
        :param since: index of the first record to read.
        """
        found: list[Events] = []
        fronts = fronts_of(buffer, starts, lengths, since)
        classes = np.searchsorted(WIDTHS, fronts.summary)
        for number in np.flatnonzero(np.bincount(classes, minlength=1)).tolist():
            if number == len(WIDTHS):
                break
            width = int(WIDTHS[number])
            chosen = np.flatnonzero(classes == number)
            if len(chosen) >= FEW or len(chosen) * width >= _FEW_BYTES:
                same = fronts if len(chosen) == len(classes) else fronts.take(chosen)
                found += self._of_width(buffer, same, width)
        return found

    def _of_width(self, buffer: bytes, fronts: Fronts, width: int) -> list[Events]:
        layouts = self._layouts.setdefault(width, [])
        rows = _Rows(buffer, fronts, width)
        for layout in layouts:
            rows.take(layout)
        for number in range(_TRIES):
            if len(rows.left) < 2 or self._full(width):
                break
            layout_of_one = rows.sampled(len(rows.left) * number // _TRIES, layouts)
            if layout_of_one is not None:
                rows.learn(layout_of_one)
                rows.take(layout_of_one)
        return rows.found

    def _full(self, width: int) -> bool:
        if len(self._layouts[width]) >= _MOST_LAYOUTS:
            return True
        return sum(one.bytes for same in self._layouts.values() for one in same) > _MOST_BYTES


class _Rows:
    """Summaries of one width, and which of them are still to be read."""

    def __init__(self, buffer: bytes, fronts: Fronts, width: int) -> None:
        self.found: list[Events] = []
        self.left = np.arange(len(fronts.end))
        self._buffer, self._fronts, self._width = buffer, fronts, width
        self._rows = rows_of(buffer, fronts.end, fronts.summary, width)

    def take(self, layout: Layout) -> None:
        """Read the rows that have a known shape of this layout."""
        if not layout.shapes or not len(self.left):
            return
        rows, lengths = self._rest()
        shape = layout.find(layout.cut(rows), lengths)
        known = shape >= 0
        if not known.any():
            return
        events = self._fronts
        if not known.all() or len(self.left) < len(self._rows):
            shape, events = shape[known], events.take(self.left[known])
        numbers = numbers_of(self._buffer, events.end, shape, layout)
        right = numbers.right & _verified(self._buffer, events, shape, layout)
        # Rows with a wrong checksum are not tried again.
        self.left = self.left[~known]
        if not right.all():
            shape, events = shape[right], events.take(right)
        if len(shape):
            value = numbers.value if right.all() else numbers.value[right]
            self.found.append(Events(layout, shape, events.record, events.step, events.wall, value))

    def sampled(self, place: int, layouts: list[Layout]) -> Layout | None:
        """The layout of one row, added to the others if it is new."""
        row = self.left[place]
        shape = shape_of(self._rows[row].tobytes()[-int(self._fronts.summary[row]) :])
        if shape is None:
            return None
        holes = holes_of(shape)
        for layout in layouts:
            if layout.holes == holes:
                return layout
        layouts.append(Layout(self._width, holes))
        return layouts[-1]

    def learn(self, layout: Layout) -> None:
        """Learn the shapes of the rows that are left."""
        rows, lengths = self._rest()
        layout.learn(rows, layout.cut(rows), lengths)

    def _rest(self) -> tuple[np.ndarray, np.ndarray]:
        """The rows that are left, and the lengths of their summaries."""
        if len(self.left) == len(self._rows):
            return self._rows, self._fronts.summary
        return self._rows[self.left], self._fronts.summary[self.left]


def _verified(buffer: bytes, events: Fronts, shape: np.ndarray, layout: Layout) -> np.ndarray:
    """Which of the events have a correct checksum, bool[n]."""
    right: np.ndarray
    if len(layout.holes) > _FEW_HOLES or events.length.max() > MOST_AFTER:
        starts = (events.end - events.length).tolist()
        found = [
            crc32c(buffer[start:end])
            for start, end in zip(starts, events.end.tolist(), strict=True)
        ]
        right = np.array(found, np.uint32) == stored(buffer, events)
        return right
    crc = front_checksums(events) ^ layout.terms[shape]
    for from_end, size in layout.holes:
        numbers = unaligned(buffer, f"V{size}")[events.end - from_end]
        numbers = numbers.view(np.uint8).reshape(-1, size)
        crc ^= terms(numbers, 0, size, from_end - size)
    right = crc == stored(buffer, events)
    return right
