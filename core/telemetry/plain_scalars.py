"""Parses the plain scalars of many records at once.

Records of one length and one tag differ only in wall time, step, value and checksum, so
they are one matrix of bytes. Whatever is not proven to be a plain scalar with a correct
checksum is left to :class:`~core.telemetry.wire.ScalarParser`, record by record: the
result is the same, only slower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.telemetry.checksum import of_zeros, terms, unmasked
from core.telemetry.frames import FRAME
from core.telemetry.wire import plain_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FEW = 32  # records; fewer are parsed faster one by one
_MAX_BYTES = 149  # bytes: wall time 9, step 11, summary 2 + 127 at most
_MIN_BYTES = 20


class Points(NamedTuple):
    """Points of one tag, in the order in which they were written."""

    record: np.ndarray  # int64[n], which record of the block
    step: np.ndarray  # int64[n]
    wall: np.ndarray  # float64[n]
    value: np.ndarray  # float64[n]


def plain_scalars(
    buffer: bytes, starts: np.ndarray, lengths: np.ndarray, since: int = 0
) -> Iterator[tuple[str, Points]]:
    """Points by tag; a tag may come several times. Skipped records are in none of them.

    :param starts: int64[n], where each record of the buffer begins.
    :param lengths: int64[n], bytes of its data.
    :param since: index of the first record to read.
    """
    lengths = lengths[since:]
    counts = np.bincount(np.minimum(lengths, _MAX_BYTES + 1), minlength=_MAX_BYTES + 2)
    for length in np.flatnonzero(counts[: _MAX_BYTES + 1] >= FEW).tolist():
        if length >= _MIN_BYTES:
            records = np.flatnonzero(lengths == length) + since
            rows = _rows(buffer, starts[records] + FRAME, length + 4)
            yield from _of_length(rows, records, length)


def _rows(buffer: bytes, places: np.ndarray, width: int) -> np.ndarray:
    """uint8[n, width]: the bytes from each position."""
    windows = np.ndarray((len(buffer) - width + 1,), f"V{width}", buffer, strides=(1,))
    rows: NDArray[np.uint8] = windows[places].view(np.uint8)
    return rows.reshape(len(places), width)


def _of_length(rows: np.ndarray, records: np.ndarray, length: int) -> Iterator[tuple[str, Points]]:
    wall = rows[:, 0] == 0x09
    yield from _of_step_size(rows, records, wall & (rows[:, 9] == 0x2A), length, 0)
    more = wall & (rows[:, 9] == 0x10)
    for size in range(1, 10):  # 10 bytes are a negative step: rare
        if 10 + size > length or not more.any():
            return
        ends = rows[:, 9 + size] < 0x80
        yield from _of_step_size(rows, records, more & ends, length, size)
        more &= ~ends


def _of_step_size(
    rows: np.ndarray, records: np.ndarray, chosen: np.ndarray, length: int, size: int
) -> Iterator[tuple[str, Points]]:
    """Points of records whose step has one size.

    :param size: bytes of the step after its key; 0: no step is written.
    """
    found = np.count_nonzero(chosen)
    first, last = 9 + size + (size > 0), length - 4  # the bytes between step and value
    if found < FEW or last - first < 7:
        return
    if found < len(rows):
        rows, records = rows[chosen], records[chosen]
    middle = terms(rows, first, last, 4)
    for group in _equal(middle):
        same, which = rows[group], records[group]
        pattern = same[0, first:last]
        tag = plain_tag(pattern.tobytes())
        if tag is None:
            continue
        crc = terms(same, 0, first, length - first) ^ terms(same, last, length, 0)
        crc ^= middle[group] ^ of_zeros(length)
        right = crc == unmasked(same[:, length:].view("<u4")[:, 0])
        # The middles' terms are equal; two patterns may still share them.
        right &= (same[:, first:last] == pattern).all(axis=1)
        if not right.any():
            continue
        if not right.all():
            same, which = same[right], which[right]
        step = np.zeros(len(same), np.int64)
        for place in range(size):
            step |= (same[:, 10 + place] & 0x7F).astype(np.int64) << 7 * place
        wall = same[:, 1:9].view("<f8")[:, 0].copy()
        value = same[:, last:length].view("<f4")[:, 0].astype(np.float64)
        yield tag, Points(which, step, wall, value)


def _equal(keys: np.ndarray) -> Iterator[np.ndarray | slice]:
    """Indices of at least FEW equal keys each, ascending."""
    if (keys == keys[0]).all():
        yield slice(None)
        return
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order])) + 1
    for start, end in zip([0, *bounds.tolist()], [*bounds.tolist(), len(keys)], strict=True):
        if end - start >= FEW:
            yield order[start:end]
