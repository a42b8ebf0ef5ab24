"""Takes the numbers of many summaries of one layout out of their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.telemetry.fronts import unaligned
from core.telemetry.shapes import NEGATIVE

if TYPE_CHECKING:
    from core.telemetry.layouts import Layout

_MORE = np.uint8(0x80)


class ShapeNumbers(NamedTuple):
    """The numbers of rows of one layout."""

    value: np.ndarray  # float64[n, numbers of the layout]
    right: np.ndarray  # bool[n]; False: a number is not in the form of its type


def numbers_of(buffer: bytes, ends: np.ndarray, shapes: np.ndarray, layout: Layout) -> ShapeNumbers:
    """The numbers of summaries.

    :param ends: int64[n], where each summary ends.
    :param shapes: int64[n], the shape of each.
    """
    right = np.ones(len(ends), bool)
    used = [layout.shapes[shape] for shape in np.flatnonzero(np.bincount(shapes)).tolist()]
    forms = [{(n.kind, n.varint) for n in same} for same in zip(*used, strict=True)]
    rows: slice | np.ndarray
    if all(form == {("<f4", False)} for form in forms):
        places = ends[:, None] - np.array([from_end for from_end, _ in layout.holes])
        singles = unaligned(buffer, "<f4")[places]
        return ShapeNumbers(singles.astype(np.float64), right)
    value = np.empty((len(ends), len(layout.holes)))
    for at, ((from_end, size), kinds) in enumerate(zip(layout.holes, forms, strict=True)):
        for kind, varint in kinds:
            these = [(s[at].kind, s[at].varint) == (kind, varint) for s in layout.shapes]
            rows = np.array(these)[shapes] if len(kinds) > 1 else slice(None)
            places = ends[rows] - from_end
            if varint:
                value[rows, at], right[rows] = _varints(buffer, places, size, kind, right[rows])
            else:
                value[rows, at] = unaligned(buffer, kind)[places]
    return ShapeNumbers(value, right)


def _varints(
    buffer: bytes, places: np.ndarray, size: int, kind: str, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Values of varints of one size, and which of them are whole and in range."""
    block = np.frombuffer(buffer, np.uint8)
    raw = np.zeros(len(places), np.uint64)
    for place in range(size):
        byte = block[places + place]
        # The tenth byte of a negative number belongs to the shape.
        right = right & ((byte >= _MORE) == (place < size - 1 or size == NEGATIVE))
        raw |= (byte & np.uint8(0x7F)).astype(np.uint64) << np.uint64(7 * place)
    if size == NEGATIVE:
        raw |= np.uint64(1 << 63)
    number = raw.view(np.int64)
    if kind == "<f2":
        return raw.astype(np.uint16).view(np.float16).astype(np.float64), right & (raw < 1 << 16)
    limits = np.iinfo(kind)
    right = right & (number >= limits.min) & (number <= limits.max)
    return number.astype(np.float64), right
