"""The scalars in the records of one file: many at once where possible, else one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.telemetry.checksum import masked
from core.telemetry.frames import FRAME, FramedRecords
from core.telemetry.plain_scalars import FEW, Points, plain_scalars
from core.telemetry.problems import Fault
from core.telemetry.wire import Found, ScalarParser

if TYPE_CHECKING:
    from collections.abc import Iterable


class SkippedRecord(NamedTuple):
    """A record that was skipped, and why."""

    at: int  # its start in the block
    fault: Fault


class ParsedBlock(NamedTuple):
    """The scalars of a block, and its skipped records."""

    points: dict[str, Points]  # by tag, in the order in which they were written
    skipped: list[SkippedRecord]


class ScalarBlocks:
    """Reads the scalars of one block of records after another."""

    def __init__(self) -> None:
        self._parser = ScalarParser()

    @property
    def first_wall(self) -> float | None:
        """Wall time of the first event (of the header, in nearly every file)."""
        return self._parser.first_wall

    @property
    def tags_refused(self) -> int:
        """Number of points that were dropped: too many tags, or too long a name."""
        return self._parser.tags_refused

    def take(self, buffer: bytes, records: FramedRecords) -> ParsedBlock:
        """All points of whole records, each verified by its checksum."""
        count = len(records.starts)
        skipped: list[SkippedRecord] = []
        done = 0
        while done < count and self._parser.first_wall is None:
            skipped += self._one_by_one(buffer, records, [done], [])
            done += 1
        pieces: dict[str, list[Points]] = {}
        left: Iterable[int] = range(done, count)
        if count - done >= FEW:
            waits = np.ones(count, bool)
            waits[:done] = False
            for tag, points in plain_scalars(buffer, *records[:2], done):
                pieces.setdefault(tag, []).append(points)
                waits[points.record] = False
            left = np.flatnonzero(waits).tolist()
        arrivals = sorted((min(int(p.record[0]) for p in pieces[tag]), tag) for tag in pieces)
        skipped += self._one_by_one(buffer, records, left, arrivals)
        for tag in [tag for tag in pieces if self._parser.column(tag) is None]:
            del pieces[tag]
        for tag, found in self._parser.take().items():
            pieces.setdefault(tag, []).append(_points(found))
        return ParsedBlock({tag: _merged(parts) for tag, parts in pieces.items()}, skipped)

    def _one_by_one(
        self,
        buffer: bytes,
        records: FramedRecords,
        chosen: Iterable[int],
        arrivals: list[tuple[int, str]],
    ) -> list[SkippedRecord]:
        """Parse the chosen records.

        :param arrivals: record and tag of points already read, in order: at the limit,
            the tags that came first are kept.
        """
        skipped: list[SkippedRecord] = []
        parser, starts, lengths = self._parser, records.starts, records.lengths
        coming = arrivals[::-1]
        for record in chosen:
            while coming and coming[-1][0] < record:
                parser.column(coming.pop()[1])
            start = int(starts[record])
            end = start + FRAME + int(lengths[record])
            data = buffer[start + FRAME : end]
            if masked(data) != int.from_bytes(buffer[end : end + 4], "little"):
                skipped.append(SkippedRecord(start, Fault.BAD_DATA))
            elif not parser.parse(data, record):
                skipped.append(SkippedRecord(start, Fault.UNDECODABLE))
        for _, tag in reversed(coming):
            parser.column(tag)
        return skipped


def _points(found: Found) -> Points:
    record, step, wall, value = found
    return Points(
        np.array(record, np.int64),
        np.array(step, np.int64),
        np.array(wall, np.float64),
        np.array(value, np.float64),
    )


def _merged(parts: list[Points]) -> Points:
    if len(parts) == 1:
        return parts[0]
    whole = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(whole[0], kind="stable")  # several values of one record keep theirs
    return Points(*(column[order] for column in whole))
