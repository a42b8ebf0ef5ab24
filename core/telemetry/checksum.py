"""CRC32C, the checksum of TensorBoard's records: of one message, and of many at once.

A CRC is affine over GF(2): the CRC of a message is that of as many zeros, XOR one term
for each of its bytes, which depends on the byte and on how many bytes follow it. So many
messages are checked column by column, two bytes per lookup, and what is equal in all of
them costs nothing.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from google_crc32c import value as crc32c
from numpy.typing import NDArray

Table = NDArray[np.uint32]

_POLYNOMIAL = 0x82F63B78  # Castagnoli, reflected
_MASK = 0xA282EAD8  # TensorFlow stores rotated checksums (tensorflow/core/lib/hash/crc32c.h)
MOST_AFTER = 1024  # bytes; the tables of longer messages would cost more than they save


def masked(data: bytes) -> int:
    """The checksum of a message in the form in which it is stored."""
    crc = int(crc32c(data))
    return ((crc >> 15 | crc << 17) + _MASK) & 0xFFFFFFFF


def unmasked(stored: np.ndarray) -> np.ndarray:
    """Plain checksums, uint32[n], of stored ones, uint32[n]."""
    rotated = stored - np.uint32(_MASK)
    return rotated >> np.uint32(17) | rotated << np.uint32(15)


@cache
def of_lengths() -> Table:
    """The stored checksums of the lengths below 65,536, as eight bytes each."""
    plain = of_zeros(8) ^ _pair(6)
    stored: Table = (plain >> np.uint32(15) | plain << np.uint32(17)) + np.uint32(_MASK)
    return stored


@cache
def of_zeros(length: int) -> np.uint32:
    """The checksum of that many zero bytes."""
    return np.uint32(crc32c(bytes(length)))


def term(data: bytes) -> int:
    """The share of these bytes, the last of a message, in its checksum."""
    return int(crc32c(data)) ^ int(of_zeros(len(data)))


def terms(rows: np.ndarray, first: int, last: int, after: int) -> np.ndarray:
    """The share of columns ``first`` to ``last`` (not included) in each row's checksum.

    The checksum of a row is :func:`of_zeros` of its length XOR the terms of all columns.

    :param rows: uint8[n, width], one message per row.
    :param after: bytes of the message after column ``last``; at most :data:`MOST_AFTER`.
    :return: uint32[n].
    """
    found = np.zeros(len(rows), np.uint32)
    while last - first >= 2:
        pairs = rows[:, last - 2 : last].view("<u2")[:, 0]
        found ^= _pair(after).take(pairs)
        last, after = last - 2, after + 2
    if last > first:
        found ^= _bytes(after)[after].take(rows[:, first])
    return found


def shifted(shares: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Terms of bytes that end messages, if as many more bytes follow.

    :param shares: uint32[n].
    :param after: int64[n], from 4 to :data:`MOST_AFTER`.
    :return: uint32[n].
    """
    return _shifted(shares, after, _bytes(int(after.max(initial=1))))


def _shifted(shares: np.ndarray, after: np.ndarray, tables: Table) -> np.ndarray:
    # A register before so many zeros is its own four bytes before four zeros less.
    table = tables.ravel()
    places = (after - 1) * 256
    found = np.zeros(len(shares), np.uint32)
    for column in np.ascontiguousarray(shares).view(np.uint8).reshape(-1, 4).T:
        found ^= table.take(places + column)
        places -= 256
    return found


def _bytes(most: int) -> Table:
    """The term of each byte value (column) with so many bytes after it (row)."""
    return _doubled(1 << max(7, most.bit_length()))


@cache
def _doubled(size: int) -> Table:
    tables: Table = np.empty((size, 256), np.uint32)
    if size > 4:
        half = size // 2
        tables[:half] = _doubled(half)
        shares = tables[:half].ravel()
        tables[half:] = _shifted(shares, np.array(half), tables).reshape(half, 256)
        return tables
    tables[0] = np.arange(256)
    for _ in range(8):
        tables[0] = tables[0] >> np.uint32(1) ^ (tables[0] & np.uint32(1)) * np.uint32(_POLYNOMIAL)
    for after in range(1, size):
        shorter = tables[after - 1]
        tables[after] = shorter >> np.uint32(8) ^ tables[0].take(shorter & np.uint32(0xFF))
    return tables


@cache
def _pair(after: int) -> Table:
    """The term of each two bytes (little-endian) with so many bytes after them; 256 kB."""
    second, first = _bytes(after + 1)[after : after + 2]
    both: Table = second[:, None] ^ first[None, :]
    return both.ravel()
