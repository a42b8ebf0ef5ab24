"""The scalars in the records of one file: many at once where possible, else one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.telemetry.checksum import masked
from core.telemetry.frames import FRAME, FramedRecords
from core.telemetry.points import Points, TagPoints, WaitingPoints, in_order, walls_before
from core.telemetry.problems import Fault
from core.telemetry.repeated_events import Arrival, Events, RepeatedEvents
from core.telemetry.wire import ScalarParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FEW = 32  # records; fewer are parsed faster one by one
_FEW_BYTES = 1 << 15  # but not if they are so large together


class SkippedRecord(NamedTuple):
    """A record that was skipped, and why."""

    at: int  # its start in the block
    fault: Fault
    after: float | None  # wall time of the newest point before it


class ScalarBlocks:
    """Reads the scalars of one block of records after another."""

    def __init__(self) -> None:
        self.points = 0
        self.last_wall: float | None = None  # of the newest point, in the order of writing
        self._parser = ScalarParser()
        self._repeated = RepeatedEvents()
        self._waiting = WaitingPoints()

    @property
    def first_wall(self) -> float | None:
        """Wall time of the first event (of the header, in nearly every file)."""
        return self._parser.first_wall

    @property
    def tags_refused(self) -> int:
        """Number of points that were dropped: too many tags, or too long a name."""
        return self._parser.tags_refused

    @property
    def enough(self) -> bool:
        """True if it is time to take the points."""
        return self._waiting.are_enough(len(self._parser.tags))

    def take(self) -> Iterator[tuple[str, TagPoints]]:
        """All points read since the last call, by tag."""
        for number, points in self._waiting.take():
            yield self._parser.tags[number], points

    def read(self, buffer: bytes, records: FramedRecords) -> list[SkippedRecord]:
        """Read all points of whole records, each verified by its checksum."""
        count = len(records.starts)
        skipped: list[tuple[int, Fault]] = []
        done = 0
        while done < count and self._parser.first_wall is None:
            skipped += self._one_by_one(buffer, records, [done], [])
            done += 1
        pieces = [self._parsed()]
        events: list[Events] = []
        if count - done >= FEW or records.end >= _FEW_BYTES:
            events = self._repeated.read(buffer, records.starts, records.lengths, done)
        points, others = self._rest(buffer, records, done, events)
        pieces += points
        skipped += others
        whole = in_order([piece for piece in pieces if len(piece.tag)] or pieces[:1])
        self.points += len(whole.tag)
        self._waiting.add(whole)
        *afters, self.last_wall = walls_before(
            whole, [record for record, _ in skipped] + [count], self.last_wall
        )
        return [
            SkippedRecord(int(records.starts[record]), fault, after)
            for (record, fault), after in zip(skipped, afters, strict=True)
        ]

    def _rest(
        self, buffer: bytes, records: FramedRecords, since: int, events: list[Events]
    ) -> tuple[list[Points], list[tuple[int, Fault]]]:
        """The events that are read already, and the other records one by one."""
        parser = self._parser
        named = any(one.layout.named.any() for one in events)
        plugins = dict(parser.plugins) if named else {}
        events = [kept for one in events if len((kept := one.of_known(plugins)).record)]
        waits = np.ones(len(records.starts), bool)
        waits[:since] = False
        for one in events:
            waits[one.record] = False
        arrivals = sorted(arrival for one in events for arrival in one.arrivals(plugins))
        parser.renamed = False
        skipped = self._one_by_one(buffer, records, np.flatnonzero(waits).tolist(), arrivals)
        if named and (parser.renamed or not all(one.agree(parser.plugins) for one in events)):
            # A tag's plugin changes among these records: only their order tells what is a scalar.
            parser.take()
            parser.plugins = plugins
            every = range(since, len(records.starts))
            skipped = self._one_by_one(buffer, records, every, [])
            events = []
        return [self._parsed(), *(one.points(parser.number) for one in events)], skipped

    def _one_by_one(
        self,
        buffer: bytes,
        records: FramedRecords,
        chosen: Iterable[int],
        arrivals: list[Arrival],
    ) -> list[tuple[int, Fault]]:
        """Parse the chosen records; returns those that were skipped.

        :param arrivals: tags of points already read, in order: at the limit, the tags that
            came first are kept.
        """
        skipped: list[tuple[int, Fault]] = []
        parser, starts, lengths = self._parser, records.starts, records.lengths
        coming = arrivals[::-1]
        for record in chosen:
            while coming and coming[-1].record < record:
                self._arrive(coming.pop())
            start = int(starts[record]) + FRAME
            end = start + int(lengths[record])
            data = buffer[start:end]
            if masked(data) != int.from_bytes(buffer[end : end + 4], "little"):
                skipped.append((record, Fault.BAD_DATA))
            elif not parser.parse(data, record):
                skipped.append((record, Fault.UNDECODABLE))
        for arrival in reversed(coming):
            self._arrive(arrival)
        return skipped

    def _arrive(self, arrival: Arrival) -> None:
        for number in arrival.shape:
            self._parser.number(number.tag)
            if number.plugin:
                self._parser.name_plugin(number.tag, number.plugin)

    def _parsed(self) -> Points:
        tag, record, step, wall, value = self._parser.take()
        return Points(
            np.array(record, np.int64),
            np.array(tag, np.int64),
            np.array(step, np.int64),
            np.array(wall, np.float64),
            np.array(value, np.float64),
        )
