"""Start positions of the records in a block of bytes.

A record is ``length (8) | checksum of the length (4) | data | checksum of the data (4)``,
so the positions form a chain. Short records (nearly all) are found all at once: six zero
bytes after two, and the checksum of this length; then each must start where the previous
one ends.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.telemetry.checksum import masked, of_lengths

Places = NDArray[np.int64]  # positions in a block

FRAME = 12  # bytes before the data
AROUND = 16  # bytes of a record that are not data
MAX_RECORD = 64 << 20  # bytes of data; graphs and images are smaller
_WORTH = 8192  # bytes; for fewer, reading record by record is faster


class FramedRecords(NamedTuple):
    """The whole records at the start of a block."""

    starts: np.ndarray  # int64[n]
    lengths: np.ndarray  # int64[n], bytes of data
    end: int  # start of the next one


@lru_cache(4096)
def length_in(frame: bytes) -> int | None:
    """The length in the first 12 bytes of a record; None if its checksum is wrong."""
    right = masked(frame[:8]) == int.from_bytes(frame[8:], "little")
    return int.from_bytes(frame[:8], "little") if right else None


def whole_records(buffer: bytes) -> FramedRecords:
    """All records up to the first that is not whole, is damaged in its length, or too long."""
    short: _ShortRecords | None = None
    found: list[np.ndarray] = []
    alone: list[int] = []  # starts since the last chain
    at = 0
    while at + FRAME <= len(buffer):
        if short is None and len(buffer) - at >= _WORTH and not any(buffer[at + 2 : at + 8]):
            short = _ShortRecords(buffer)
        chain = None if short is None else short.chain(at)
        if chain is not None and len(chain):
            found += [np.array(alone, np.int64), chain]
            alone = []
            last = int(chain[-1])
            at = last + AROUND + int.from_bytes(buffer[last : last + 2], "little")
            continue
        length = length_in(buffer[at : at + FRAME])
        if length is None or length > MAX_RECORD or at + AROUND + length > len(buffer):
            break
        alone.append(at)
        at += AROUND + length
    starts = np.concatenate([*found, np.array(alone, np.int64)])
    return FramedRecords(starts, np.diff(starts, append=at) - AROUND, at)


class _ShortRecords:
    """All positions of a block that look like the start of a record below 65,536 bytes."""

    def __init__(self, buffer: bytes) -> None:
        block = np.frombuffer(buffer, np.uint8)
        zero = block == 0
        zero = zero[1:] & zero[:-1]
        zero = zero[4:] & zero[2:-2] & zero[:-4]  # six in a row
        places = np.flatnonzero(zero[2:])
        places = places[: np.searchsorted(places, len(block) - FRAME, side="right")]
        lengths = np.ndarray((len(block) - 1,), "<u2", buffer, strides=(1,))[places]
        words = np.ndarray((len(block) - 3,), "<u4", buffer, strides=(1,))
        right = words[places + 8] == of_lengths()[lengths]
        self._starts: Places = places[right]
        self._ends: Places = self._starts + AROUND + lengths[right].astype(np.int64)
        linked = self._ends[:-1] == self._starts[1:]
        self._tails = np.flatnonzero(np.append(~linked, True))  # last record of each chain
        self._size = len(block)

    def chain(self, at: int) -> Places:
        """Starts of consecutive whole records from ``at``; often none."""
        first = int(np.searchsorted(self._starts, at))
        if first == len(self._starts) or self._starts[first] != at:
            return self._starts[:0]
        tail = int(self._tails[np.searchsorted(self._tails, first)])
        ends = self._ends[first : tail + 1]
        return self._starts[first : first + int(np.searchsorted(ends, self._size, side="right"))]
