"""Problems in event files, and how far each file was read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.telemetry.columns import Columns


class Fault(StrEnum):
    """Kinds of damage. A truncated tail is not one: it is read once it is complete."""

    NOT_EVENTS = "not_events"  # text or something else under an event file's name
    BAD_LENGTH = "bad_length"  # wrong checksum of a record's length: the rest is not read
    ZERO_TAIL = "zero_tail"  # zeros after the last record: the rest is not read
    OVERSIZED = "oversized"  # a record above the size limit
    BAD_DATA = "bad_data"  # wrong checksum of a record's data: the record was skipped
    UNDECODABLE = "undecodable"  # checksums match, but it is not an event: the record was skipped
    UNREADABLE = "unreadable"  # no permission, or an I/O error
    REPLACED = "replaced"  # the file became another one, and was read again
    DELETED = "deleted"  # the file is gone, and its points with it
    TOO_MANY_TAGS = "too_many_tags"  # tags above the limit are not kept
    TWO_WRITERS = "two_writers"  # two files of one run grew at once, with the same tags
    NO_FILES = "no_files"  # the folder holds no event file


_DAMAGE = frozenset(
    {
        Fault.BAD_DATA, Fault.BAD_LENGTH, Fault.ZERO_TAIL, Fault.OVERSIZED, Fault.UNDECODABLE,
        Fault.UNREADABLE,
    }
)  # fmt: skip
_NAMED = "events.out.tfevents."  # by every writer of events


@dataclass(frozen=True)
class FileProblem:
    """One problem: which file, what kind, and what was skipped or why.

    :ivar after: wall time of the newest point before it, in seconds since the epoch; the
        problem did not exist earlier. None: unknown.
    """

    file: str  # relative to the reader's folder
    kind: Fault
    detail: Message
    after: float | None = None

    @property
    def text(self) -> Message:
        """File and problem, as part of a sentence."""
        return Message("{file}: {problem}", file=self.file, problem=self.detail)

    @property
    def is_damage(self) -> bool:
        """Whether events were lost, or can't be read. Notes beside the events are none."""
        named = PurePosixPath(self.file).name.startswith(_NAMED)
        return self.kind in _DAMAGE or (self.kind is Fault.NOT_EVENTS and named)

    def seen_by(self, until: float) -> bool:
        """Whether it may have existed at a moment (seconds since the epoch)."""
        return self.after is None or self.after <= until


@dataclass(frozen=True)
class FileState:
    """How far one event file was read."""

    name: str  # relative to the reader's folder
    inode: int
    offset: int  # bytes up to the end of the last whole record
    size: int  # bytes when it was last read
    records: int
    points: int
    stopped: Fault | None  # why the rest is not read; None: it is read when it grows
    last_wall: float | None = None  # of the newest point, in the order of writing

    @property
    def waiting(self) -> int:
        """Bytes of an incomplete last record, which is read when it is complete."""
        return 0 if self.stopped else self.size - self.offset


@dataclass(frozen=True, eq=False)
class FileEvents:
    """The contents of one event file up to a position; later reads don't change it."""

    name: str
    first_wall: float | None  # of the first event: of the header, in nearly every file
    columns: Mapping[str, Columns]
    state: FileState
    problems: tuple[FileProblem, ...]
