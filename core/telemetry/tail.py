"""Reads one event file as it grows: only new bytes, every checksum verified.

A TFRecord is ``u64 length, u32 masked CRC-32C of it, data, u32 masked CRC-32C of the
data`` (TensorFlow ``core/lib/io/record_writer.h``). A wrong data checksum costs one
record; a wrong length checksum ends the file, as the start of the next record is
unknown.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

from core.language import Message, literal, plural
from core.telemetry.columns import Columns
from core.telemetry.frames import AROUND, FRAME, MAX_RECORD, FramedRecords, length_in, whole_records
from core.telemetry.problems import Fault, FileEvents, FileProblem, FileState
from core.telemetry.scalars import ScalarBlocks
from core.telemetry.wire import MAX_TAGS

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

CHUNK = 2 << 20  # bytes read at a time; bounds the memory of a cold read
_KEPT_PROBLEMS = 20  # per file; more skipped records are only counted
_GUARD = 16  # bytes before the offset that distinguish a rewritten file from a grown one


class EventFile:
    """The points of one event file, and how far it was read.

    :param path: the file.
    :param name: name of the file in problems and sources.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.size = 0
        self.inode: tuple[int, int] = (0, 0)
        self._reread: FileProblem | None = None
        self._events: FileEvents | None = None
        self._forget()

    def _forget(self) -> None:
        self.columns: dict[str, Columns] = {}
        self.offset = 0
        self.records = 0
        self.points = 0
        self.stopped: Fault | None = None
        self._detail = literal("")
        self.last_wall: float | None = None  # of the newest point, in the order of writing
        self._guard = b""
        self._seen: tuple[int, int] | None = None  # size and mtime at the last read
        self._skipped: list[FileProblem] = []
        self._more: Counter[Fault] = Counter()  # skipped records beyond those
        self._more_after: dict[Fault, float | None] = {}  # the first of them
        self._scalars = ScalarBlocks()

    def refresh(self) -> bool:
        """Read what is new. True if points were added or removed.

        :raises FileNotFoundError: the file is gone.
        """
        stat = self.path.stat()
        if (stat.st_dev, stat.st_ino) == self.inode and self._seen == (
            stat.st_size,
            stat.st_mtime_ns,
        ):
            return False
        if self._is_late(stat):
            return False
        self._events = None
        try:
            with self.path.open("rb", buffering=0) as file:
                return self._read(file)
        except FileNotFoundError:
            raise
        except OSError as error:
            self.unreadable(error.strerror or str(error))
            return False

    def unreadable(self, why: str) -> None:
        """Keep what was read of a file that can't be asked now, and say so."""
        self._events, self._seen = None, None
        self._stop(Fault.UNREADABLE, literal(why))

    def _is_late(self, stat: os.stat_result) -> bool:
        """Whether a shared disk shows the file as it was before the last read: smaller, and older."""
        return (
            self._seen is not None
            and (stat.st_dev, stat.st_ino) == self.inode
            and stat.st_size < self.offset
            and stat.st_mtime_ns < self._seen[1]
        )

    def _read(self, file: FileIO) -> bool:
        stat = os.fstat(file.fileno())
        if self._is_late(stat):
            return False
        inode = (stat.st_dev, stat.st_ino)
        again = self.offset > 0 and (
            inode != self.inode
            or stat.st_size < self.offset
            or os.pread(file.fileno(), len(self._guard), self.offset - len(self._guard))
            != self._guard
        )
        if again:
            what = (
                Message("the file shrank and was read again")
                if stat.st_size < self.offset
                else Message("the file was replaced and read again")
            )
            self._reread = FileProblem(self.name, Fault.REPLACED, what)
            self._forget()
        self.inode, self.size = inode, stat.st_size
        self._seen = (stat.st_size, stat.st_mtime_ns)
        self.stopped = None
        before = self.points
        try:
            while self._read_chunk(file.fileno()):
                pass
            if self.stopped is Fault.ZERO_TAIL:
                self._look_behind_zeros(file.fileno())
        finally:
            self._hand_out()
        return again or self.points != before

    def _read_chunk(self, descriptor: int) -> bool:
        """Parse the records of one chunk. False if there is nothing more to read now."""
        start = self.offset
        buffer = os.pread(descriptor, min(CHUNK, self.size - start), start)
        needed = self._parse(buffer)
        if needed > CHUNK and not self.stopped and needed <= self.size - self.offset:
            # One record larger than a chunk.
            needed = self._parse(os.pread(descriptor, needed, self.offset))
        if self.offset > start:
            length = min(_GUARD, self.offset)
            self._guard = os.pread(descriptor, length, self.offset - length)
        return self.offset > start and not self.stopped

    def _parse(self, buffer: bytes) -> int:
        """Parse whole records from the offset; returns the bytes that the next one needs."""
        records = whole_records(buffer)
        self._take(buffer, records)
        frame = buffer[records.end : records.end + FRAME]
        self.offset += records.end
        if len(frame) < FRAME:
            return FRAME
        length = length_in(frame)
        if length is None:
            self._stop_at(frame)
        elif length > MAX_RECORD:
            self._step_over(length)
        else:
            return AROUND + length
        return FRAME

    def _take(self, buffer: bytes, records: FramedRecords) -> None:
        skipped = self._scalars.read(buffer, records)
        self.records += len(records.starts) - len(skipped)
        self.points, self.last_wall = self._scalars.points, self._scalars.last_wall
        for at, fault, after in skipped:
            place = self.offset + at
            what = (
                Message("record at byte {byte:,} skipped: wrong checksum", byte=place)
                if fault is Fault.BAD_DATA
                else Message("record at byte {byte:,} skipped: not an event", byte=place)
            )
            self._skip(fault, what, after)
        if self._scalars.enough:
            self._hand_out()

    def _hand_out(self) -> None:
        """Add the points read so far to the columns of their tags."""
        for tag, points in self._scalars.take():
            columns = self.columns.get(tag)
            if columns is None:
                columns = self.columns[tag] = Columns()
            columns.extend(points.step, points.wall, points.value)

    def _stop_at(self, frame: bytes) -> None:
        """The length at the offset is damaged: the start of the next record is unknown."""
        if not any(frame):
            detail = Message(
                "only zeros from byte {byte:,}; read again when they change", byte=self.offset
            )
            self._stop(Fault.ZERO_TAIL, detail)
        elif self.offset == 0:
            self._stop(
                Fault.NOT_EVENTS, Message("named like an event file, but contains no events")
            )
        else:
            detail = plural(
                "record at byte {byte:,} has a damaged length; {n:,} byte can't be read",
                "record at byte {byte:,} has a damaged length; {n:,} bytes can't be read",
                self.size - self.offset,
                byte=self.offset,
            )
            self._stop(Fault.BAD_LENGTH, detail)

    def _look_behind_zeros(self, descriptor: int) -> None:
        """Say what follows the zeros: nothing, or bytes that can't be read past the hole."""
        at = self.offset
        while at < self.size:
            block = os.pread(descriptor, CHUNK, at)
            data = block.lstrip(b"\0")
            if data or not block:
                break
            at += len(block)
        else:
            return
        end = at + len(block) - len(data)
        self._detail = plural(
            "a hole of zeros from byte {byte:,} to {end:,}: {n:,} byte of data after it is not "
            "read, unless it is filled",
            "a hole of zeros from byte {byte:,} to {end:,}: {n:,} bytes of data after it are not "
            "read, unless it is filled",
            self.size - end,
            byte=self.offset,
            end=end,
        )

    def _step_over(self, length: int) -> None:
        offset, end = self.offset, self.offset + AROUND + length
        values = {"byte": offset, "size": length, "most": MAX_RECORD}
        if end <= self.size:
            skipped = Message(
                "record at byte {byte:,} claims {size:,} bytes, more than {most:,}; skipped",
                **values,
            )
            self._skip(Fault.OVERSIZED, skipped, self.last_wall)
            self.offset = end
        else:
            stopped = Message(
                "record at byte {byte:,} claims {size:,} bytes, more than {most:,}; not read further",
                **values,
            )
            self._stop(Fault.OVERSIZED, stopped)

    def _stop(self, fault: Fault, detail: Message) -> None:
        self.stopped, self._detail = fault, detail

    def _skip(self, fault: Fault, detail: Message, after: float | None) -> None:
        if len(self._skipped) < _KEPT_PROBLEMS:
            self._skipped.append(FileProblem(self.name, fault, detail, after))
        else:
            self._more_after.setdefault(fault, after)
            self._more[fault] += 1

    @property
    def events(self) -> FileEvents:
        """Everything read so far, frozen; the same object until more is read."""
        if self._events is None or self._events.name != self.name:
            self._events = FileEvents(
                self.name,
                self._scalars.first_wall,
                {tag: columns.frozen() for tag, columns in self.columns.items()},
                self.state,
                tuple(self.problems),
            )
        return self._events

    @property
    def state(self) -> FileState:
        """How far the file was read."""
        return FileState(
            self.name,
            self.inode[1],
            self.offset,
            self.size,
            self.records,
            self.points,
            self.stopped,
            self.last_wall,
        )

    @property
    def problems(self) -> list[FileProblem]:
        """Problems of the file; empty if everything was read."""
        found = list(self._skipped)
        for fault, count in self._more.items():
            detail = plural("{n} more such record skipped", "{n} more such records skipped", count)
            found.append(FileProblem(self.name, fault, detail, self._more_after[fault]))
        if self._reread:
            found.append(self._reread)
        if self._scalars.tags_refused:
            detail = Message(
                "points of more than {most:,} tags, or of tags with long names, are not kept",
                most=MAX_TAGS,
            )
            found.append(FileProblem(self.name, Fault.TOO_MANY_TAGS, detail))
        if self.stopped:
            found.append(FileProblem(self.name, self.stopped, self._detail, self.last_wall))
        return found
