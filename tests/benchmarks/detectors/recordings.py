"""The recordings: event files of labelled runs, and their clock rescaled."""

from __future__ import annotations

import json
import re
import struct
import tarfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from tests.benchmarks.detectors.classes import BY_NAME, RunClass
from tests.event_files import masked_crc
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Iterator

ARCHIVE = Path(__file__).with_name("recordings.tar.xz")
_FRAME = 12  # bytes before the data of a record: length and its checksum


@dataclass(frozen=True)
class Recording:
    """One run as it was recorded."""

    name: str
    label: dict[str, Any]
    files: dict[str, bytes] = field(repr=False)  # path inside events/ -> content

    @property
    def kind(self) -> RunClass:
        return BY_NAME[self.label["class"]]

    @property
    def seed(self) -> int:
        return self.label["seed"]


def load(archive: Path = ARCHIVE, only: set[str] | None = None) -> list[Recording]:
    """All recordings in order of their names. :param only: names of classes."""
    found: dict[str, tuple[dict, dict]] = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if not member.isfile():
                continue
            run, _, rest = member.name.partition("/")
            if only is not None and run.rpartition("-")[0] not in only:
                continue
            content = present(tar.extractfile(member)).read()
            label, files = found.setdefault(run, ({}, {}))
            if rest == "label.json":
                label.update(json.loads(content))
            else:
                files[PurePosixPath(rest).relative_to("events").as_posix()] = content
    return [Recording(name, *found[name]) for name in sorted(found)]


@dataclass(frozen=True)
class Rescale:
    """An affine map of a recording's wall time: the only thing that a replay changes."""

    origin: float  # wall time that becomes ``start``
    start: float
    factor: float

    def __call__(self, wall: float) -> float:
        return self.start + (wall - self.origin) * self.factor

    def name(self, name: str) -> str:
        """A file's name with the moment in it that its writer would have put there.

        A name holds whole seconds, which would be hours here: never before the start.
        """
        return re.sub(
            r"(?<=tfevents\.)\d+",
            lambda found: f"{max(self.start, self(float(found[0]))):.0f}",
            name,
        )

    def records(self, content: bytes) -> Iterator[tuple[float, bytes]]:
        """Each record of an event file with its new wall time, in file order.

        What follows the last whole record comes as one last piece, untouched, with
        the time of the record before it.
        """
        place, wall = 0, self.start
        while place + _FRAME <= len(content):
            (length,) = struct.unpack_from("<Q", content, place)
            end = place + _FRAME + length + 4
            if end > len(content):
                break
            data = bytearray(content[place + _FRAME : end - 4])
            if data[0] != 0x09:  # field 1, fixed64: wall_time comes first
                raise ValueError("An event does not begin with its wall time.")
            wall = self(struct.unpack_from("<d", data, 1)[0])
            struct.pack_into("<d", data, 1, wall)
            frame = content[place : place + _FRAME]
            yield wall, frame + bytes(data) + masked_crc(bytes(data))
            place = end
        if place < len(content):
            yield wall, content[place:]
