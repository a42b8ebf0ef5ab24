"""The fronts of many events at once: wall time and step, and where the summary begins."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from core.telemetry.checksum import MOST_AFTER, of_zeros, shifted, term, terms, unmasked
from core.telemetry.frames import FRAME

_LEAST = 22  # bytes; an event with a scalar of an empty tag and a step
_WALL_KEY, _STEP_KEY, _SUMMARY_KEY = 0x09, 0x10, 0x2A
_WALL_END = 9  # bytes of the key and the wall time
_STEP_END = 18  # if the step took eight bytes
_CONTINUED = np.uint64(0x8080808080808080)  # the bits that a varint's last byte lacks

_LOW = [
    (np.uint64(1), np.uint64(0x007F007F007F007F)),
    (np.uint64(2), np.uint64(0x00003FFF00003FFF)),
    (np.uint64(4), np.uint64(0x000000000FFFFFFF)),
]


class Fronts(NamedTuple):
    """Events that begin with a wall time, a step or none, and a summary. Arrays of n."""

    record: np.ndarray  # int64, which record of the block
    end: np.ndarray  # int64, position after the event
    length: np.ndarray  # int64, bytes of the event
    summary: np.ndarray  # int64, bytes of the summary
    wall: np.ndarray  # float64
    step: np.ndarray  # int64
    step_bytes: np.ndarray  # uint64, as written; 0 without a step
    stepped: np.ndarray  # bool

    def take(self, rows: np.ndarray) -> Fronts:
        """The chosen events."""
        return Fronts(*(column[rows] for column in self))


def fronts_of(buffer: bytes, starts: np.ndarray, lengths: np.ndarray, since: int) -> Fronts:
    """The fronts of whole records; what looks otherwise is left out.

    :param starts: int64[n], where each record of the buffer begins.
    :param lengths: int64[n], bytes of its data.
    :param since: index of the first record to read.
    """
    block = np.frombuffer(buffer, np.uint8)
    record = np.flatnonzero(lengths[since:] >= _LEAST) + since
    record = record[block[starts[record] + FRAME] == _WALL_KEY]
    at, length = starts[record] + FRAME, lengths[record]
    key = block[at + _WALL_END]
    stepped = key == _STEP_KEY
    raw = unaligned(buffer, "<u8")[at + _WALL_END + 1]
    last = ~raw & _CONTINUED
    last &= np.uint64(0) - last  # the highest bit of the last byte, alone
    below = last - np.uint64(1)
    size = (np.bitwise_count(below) >> 3).astype(np.int64) + 2
    raw &= last | below
    raw *= stepped
    summary = length - _WALL_END - size * stepped
    right = (stepped & (last > 0) | (key == _SUMMARY_KEY)) & (summary > 0)
    wall = unaligned(buffer, "<f8")[at + 1]
    found = Fronts(record, at + length, length, summary, wall, _steps(raw), raw, stepped)
    return found if right.all() else found.take(right)


def _steps(raw: np.ndarray) -> np.ndarray:
    """Varints of up to eight bytes as numbers, int64[n]."""
    found = raw & ~_CONTINUED
    for bits, low in _LOW:
        found = found & low | (found & ~low) >> bits  # groups of 7, 14 and 28 bits move together
    return found.view(np.int64)


def unaligned(buffer: bytes, kind: str) -> np.ndarray:
    """The numbers, or bytes (``V8``), that begin at each byte of the buffer."""
    size = np.dtype(kind).itemsize
    return np.ndarray((len(buffer) - size + 1,), kind, buffer, strides=(1,))


def stored(buffer: bytes, fronts: Fronts) -> np.ndarray:
    """The checksums that stand after the events, uint32[n]."""
    return unmasked(unaligned(buffer, "<u4")[fronts.end])


def front_checksums(fronts: Fronts) -> np.ndarray:
    """Checksums of the events as if their summaries were zeros, uint32[n].

    All lengths must be at most :data:`~core.telemetry.checksum.MOST_AFTER`.
    """
    walls = np.ascontiguousarray(fronts.wall).view(np.uint8).reshape(-1, 8)
    steps = np.ascontiguousarray(fronts.step_bytes).view(np.uint8).reshape(-1, 8)
    used = -(-int(fronts.step_bytes.max(initial=0)).bit_length() // 16) * 2
    found = terms(walls, 0, 8, _STEP_END - _WALL_END) ^ terms(steps, 0, used, 8 - used)
    found = shifted(found, fronts.length - _STEP_END)
    keys = np.zeros((2, MOST_AFTER + 1), np.uint32)
    for length in np.flatnonzero(np.bincount(fronts.length)).tolist():
        keys[:, length] = _keys(length)
    found ^= keys[fronts.stepped.astype(np.intp), fronts.length]
    return found


@cache
def _keys(length: int) -> tuple[int, int]:
    """The checksum of a message that is nothing but the keys: without a step, and with one."""
    bare = int(of_zeros(length)) ^ term(bytes([_WALL_KEY]) + bytes(length - 1))
    return bare, bare ^ term(bytes([_STEP_KEY]) + bytes(length - _WALL_END - 1))
