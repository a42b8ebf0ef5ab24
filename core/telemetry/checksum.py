"""CRC32C, the checksum of TensorBoard's records: of one message, and of many at once.

A CRC is affine over GF(2): the CRC of a message is that of as many zeros, XOR one term
for each of its bytes, which depends on the byte and on how many bytes follow it. So
messages of equal length are checked column by column, two bytes per lookup.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from google_crc32c import value as crc32c
from numpy.typing import NDArray

Table = NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78  # Castagnoli, reflected
_MASK = 0xA282EAD8  # TensorFlow stores rotated checksums (tensorflow/core/lib/hash/crc32c.h)


def masked(data: bytes) -> int:
    """The checksum of a message in the form in which it is stored."""
    crc = int(crc32c(data))
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def unmasked(stored: np.ndarray) -> np.ndarray:
    """Plain checksums, uint32[n], of stored ones, uint32[n]."""
    rotated = stored - np.uint32(_MASK)
    return rotated >> np.uint32(17) | rotated << np.uint32(15)


@cache
def of_zeros(length: int) -> np.uint32:
    """The checksum of that many zero bytes."""
    return np.uint32(crc32c(bytes(length)))


def terms(rows: np.ndarray, first: int, last: int, after: int) -> np.ndarray:
    """The share of columns ``first`` to ``last`` (not included) in each row's checksum.

    The checksum of a row is :func:`of_zeros` of its length XOR the terms of all columns.

    :param rows: uint8[n, width], one message per row.
    :param after: bytes of the message after column ``last``.
    :return: uint32[n].
    """
    found = np.zeros(len(rows), np.uint32)
    while last - first >= 2:
        pairs = rows[:, last - 2 : last].view("<u2")[:, 0]
        found ^= _pair(after)[pairs.astype(np.intp)]
        last, after = last - 2, after + 2
    if last > first:
        found ^= _byte(after)[rows[:, first].astype(np.intp)]
    return found


@cache
def _byte(after: int) -> Table:
    """The term of each byte value with so many bytes after it."""
    if not after:
        table: Table = np.arange(256, dtype=np.uint32)
        for _ in range(8):
            table = table >> np.uint32(1) ^ (table & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    else:
        shorter = _byte(after - 1)
        table = shorter >> np.uint32(8) ^ _byte(0)[shorter & np.uint32(0xFF)]
    return table


@cache
def _pair(after: int) -> Table:
    """The term of each two bytes (little-endian) with so many bytes after them; 256 kB."""
    both: Table = _byte(after)[:, None] ^ _byte(after + 1)[None, :]
    return both.ravel()
