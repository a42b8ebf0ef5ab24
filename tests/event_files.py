"""Writes TensorBoard event files with chosen wall times, for tests.

The bytes are made by TensorBoard's own protobuf classes and its record format, so
that a reader's mistake can't hide in a writer that shares it.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import google_crc32c
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point = tuple[int, float, float]  # step, wall time in seconds since the epoch, value

NAME = "events.out.tfevents.1700000000.host.1.0"


def masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data: bytes) -> bytes:
    """One framed record: length, its checksum, data, its checksum."""
    length = struct.pack("<Q", len(data))
    return length + masked_crc(length) + data + masked_crc(data)


def header(wall: float) -> bytes:
    return record(Event(wall_time=wall, file_version="brain.Event:2").SerializeToString())


def scalar(tag: str, step: int, wall: float, value: float) -> bytes:
    """One framed scalar, as SB3 and torch write it."""
    summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
    return record(Event(wall_time=wall, step=step, summary=summary).SerializeToString())


def scalars(series: Mapping[str, Sequence[Point]]) -> bytes:
    """All points in order of wall time (points of one moment in the order of the tags)."""
    points = [
        (wall, order, step, tag, value)
        for order, (tag, points) in enumerate(series.items())
        for step, wall, value in points
    ]
    points.sort(key=lambda point: point[:1])
    return b"".join(scalar(tag, step, wall, value) for wall, _, step, tag, value in points)


def write_events(
    folder: str | Path, series: Mapping[str, Sequence[Point]], name: str = NAME
) -> Path:
    """A new event file with a header and all points; returns its path."""
    walls = [wall for points in series.values() for _, wall, _ in points]
    path = Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header(min(walls, default=1_700_000_000.0)) + scalars(series))
    return path


def append_events(path: str | Path, series: Mapping[str, Sequence[Point]]) -> Path:
    """More points at the end of an event file."""
    with Path(path).open("ab") as file:
        file.write(scalars(series))
    return Path(path)
