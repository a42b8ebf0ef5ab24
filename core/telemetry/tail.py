"""Reads one event file as it grows: only new bytes, every checksum verified.

A TFRecord is ``u64 length, u32 masked CRC-32C of it, data, u32 masked CRC-32C of the
data`` (TensorFlow ``core/lib/io/record_writer.h``). A wrong data checksum costs one
record; a wrong length checksum ends the file, as nobody can know where the next one
begins.
"""

from __future__ import annotations

import os
from pathlib import Path

from google_crc32c import value as crc32c

from core.telemetry.columns import Columns
from core.telemetry.problems import Fault, FileState, Problem
from core.telemetry.wire import MAX_TAGS, ScalarParser

MAX_RECORD = 64 << 20  # bytes; graphs and images are smaller
CHUNK = 4 << 20  # bytes read at a time: what bounds the memory of a cold read
_KEPT_PROBLEMS = 20  # per file; more skipped records are only counted
_GUARD = 16  # bytes before the offset, that tell a rewritten file from a grown one


class EventFile:
    """The points of one event file, and how far it was read.

    :param path: the file.
    :param name: how the file is called in problems and sources.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.name = name
        self.size = 0
        self.inode: tuple[int, int] = (0, 0)
        self._reread: Problem | None = None
        self._forget()

    def _forget(self) -> None:
        self.columns: dict[str, Columns] = {}
        self.offset = 0
        self.records = 0
        self.points = 0
        self.stopped: Fault | None = None
        self._detail = ""
        self._guard = b""
        self._seen: tuple[int, int] | None = None  # size and mtime at the last read
        self._skipped: list[Problem] = []
        self._skips = 0
        self._parser = ScalarParser()
        # Lengths repeat: a verified 12-byte frame is looked up instead of checked again.
        self._frames: dict[bytes, int] = {}

    def refresh(self) -> bool:
        """Read what is new. True if points were added or taken away.

        :raises FileNotFoundError: the file is gone.
        """
        stat = self.path.stat()
        if (stat.st_dev, stat.st_ino) == self.inode and self._seen == (
            stat.st_size,
            stat.st_mtime_ns,
        ):
            return False
        try:
            with self.path.open("rb", buffering=0) as file:
                return self._read(file)
        except FileNotFoundError:
            raise
        except OSError as error:
            self._stop(Fault.UNREADABLE, f"{error.strerror or error}")
            return False

    def _read(self, file) -> bool:
        stat = os.fstat(file.fileno())
        inode = (stat.st_dev, stat.st_ino)
        anew = self.offset > 0 and (
            inode != self.inode
            or stat.st_size < self.offset
            or os.pread(file.fileno(), len(self._guard), self.offset - len(self._guard))
            != self._guard
        )
        if anew:
            what = "shrank" if stat.st_size < self.offset else "was replaced"
            self._reread = Problem(self.name, Fault.REPLACED, f"The file {what} and was read anew.")
            self._forget()
        self.inode, self.size = inode, stat.st_size
        self._seen = (stat.st_size, stat.st_mtime_ns)
        self.stopped = None
        before = self.points
        while self._read_chunk(file.fileno()):
            pass
        return anew or self.points != before

    def _read_chunk(self, descriptor: int) -> bool:
        """Parse the records of one chunk. False when there is nothing more to read now."""
        start = self.offset
        buffer = os.pread(descriptor, min(CHUNK, self.size - start), start)
        needed = self._parse(buffer)
        if needed > CHUNK and not self.stopped and needed <= self.size - self.offset:
            # One record larger than a chunk.
            needed = self._parse(os.pread(descriptor, needed, self.offset))
        self._keep()
        if self.offset > start:
            length = min(_GUARD, self.offset)
            self._guard = os.pread(descriptor, length, self.offset - length)
        return self.offset > start and not self.stopped

    def _parse(self, buffer: bytes) -> int:
        """Parse whole records from the offset on; the bytes that the next one needs."""
        at, end, size = 0, 0, len(buffer)
        frames, parse = self._frames, self._parser.parse
        base, records, needed = self.offset, 0, 12
        while at + 12 <= size:
            frame = buffer[at : at + 12]
            length = frames.get(frame)
            if length is None:
                length = self._verify(frame, base + at)
                if length is None:
                    break
            end = at + 16 + length
            if end > size:
                needed = end - at
                break
            data = buffer[at + 12 : end - 4]
            crc = crc32c(data)
            if ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF != int.from_bytes(
                buffer[end - 4 : end], "little"
            ):
                self._skip(Fault.BAD_DATA, base + at, "its checksum is wrong")
            elif not parse(data):
                self._skip(Fault.UNDECODABLE, base + at, "it is no event")
            else:
                records += 1
            at = end
        self.records += records
        # Above the cap, _verify may already have stepped over a record.
        self.offset = max(self.offset, base + at)
        return needed

    def _verify(self, frame: bytes, offset: int) -> int | None:
        """The length in a frame that was not seen before; None if reading can't go on."""
        length = int.from_bytes(frame[:8], "little")
        crc = crc32c(frame[:8])
        if ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF != int.from_bytes(
            frame[8:], "little"
        ):
            if not any(frame):
                self._stop(
                    Fault.ZERO_TAIL, f"Zeros from byte {offset} on; reads on if it is filled."
                )
            elif offset == 0:
                self._stop(
                    Fault.NOT_EVENTS, "The file is named like an event file, but holds none."
                )
            else:
                self._stop(
                    Fault.BAD_LENGTH,
                    f"The record at byte {offset} has a damaged length; "
                    f"{self.size - offset} bytes behind it can't be read.",
                )
            return None
        if length > MAX_RECORD:
            self._step_over(offset, length)
            return None
        if len(self._frames) < 4096:
            self._frames[frame] = length
        return length

    def _step_over(self, offset: int, length: int) -> None:
        what = f"The record at byte {offset} claims {length} bytes; {MAX_RECORD} are allowed"
        if offset + 16 + length <= self.size:
            self._skips += 1
            self._skipped.append(Problem(self.name, Fault.OVERSIZED, f"{what}; it was skipped."))
            self.offset = offset + 16 + length
        else:
            self._stop(Fault.OVERSIZED, f"{what}; read no further.")

    def _keep(self) -> None:
        for tag, (steps, walls, values) in self._parser.take().items():
            columns = self.columns.get(tag)
            if columns is None:
                columns = self.columns[tag] = Columns()
            columns.extend(steps, walls, values)
            self.points += len(steps)

    def _stop(self, fault: Fault, detail: str) -> None:
        self.stopped, self._detail = fault, detail

    def _skip(self, fault: Fault, offset: int, why: str) -> None:
        self._skips += 1
        if self._skips <= _KEPT_PROBLEMS:
            detail = f"The record at byte {offset} was skipped: {why}."
            self._skipped.append(Problem(self.name, fault, detail))

    @property
    def first_wall(self) -> float | None:
        """Wall time of the first event (of the header, in nearly every file)."""
        return self._parser.first_wall

    @property
    def state(self) -> FileState:
        return FileState(
            self.name,
            self.inode[1],
            self.offset,
            self.size,
            self.records,
            self.points,
            self.stopped,
        )

    @property
    def problems(self) -> list[Problem]:
        found = list(self._skipped)
        if self._skips > len(found):
            more = self._skips - len(found)
            found.append(Problem(self.name, Fault.BAD_DATA, f"{more} more records were skipped."))
        if self._reread:
            found.append(self._reread)
        if self._parser.tags_refused:
            detail = f"Points of tags above {MAX_TAGS}, or with names too long, are not kept."
            found.append(Problem(self.name, Fault.TOO_MANY_TAGS, detail))
        if self.stopped:
            found.append(Problem(self.name, self.stopped, self._detail))
        return found
