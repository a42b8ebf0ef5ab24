"""The shapes that a file's summaries have, to be found for many summaries at once.

Summaries of similar length are rows of one matrix, their ends aligned. A layout is where
such rows have their numbers; without those bytes, equal shapes are equal rows. A row's
hash finds the shape, and every byte is compared then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.telemetry.checksum import term
from core.telemetry.fronts import unaligned
from core.telemetry.shapes import Shape, holes_of, shape_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

Holes = tuple[tuple[int, int], ...]
WIDTHS = np.array([n << k for k in range(2, 18) for n in (8, 12)])  # bytes of a row, ascending
_FEW_WORDS = 16  # words a row; fewer are compared column by column
_MOST_REFUSED = 4096
_LENGTH_FACTOR = np.uint64(0x9E3779B97F4A7C15)


class Layout:
    """Shapes of one width whose numbers are in the same places.

    :param width: bytes of a row, a multiple of 8.
    :param holes: position from the end, and size, of each number of a row.
    """

    def __init__(self, width: int, holes: Holes) -> None:
        self.width = width
        self.holes = holes
        self.shapes: list[Shape] = []
        self.terms = np.empty(0, np.uint32)  # of each shape's own bytes
        self.named = np.empty(0, bool)  # shapes that name a plugin, or rest on one
        self.new = np.empty(0, bool)  # shapes whose tags have no numbers yet
        self.bytes = 0
        self._tags = np.empty((0, len(holes)), np.int64)
        kept = np.full(width, 0xFF, np.uint8)
        for from_end, size in holes:
            kept[width - from_end : width - from_end + size] = 0
        self._kept = kept.view(np.uint64)
        self._factors = _factors(width // 8)
        self._hashes = np.empty(0, np.uint64)  # ascending
        self._order = np.empty(0, np.intp)  # the shape of each
        self._lengths = np.empty(0, np.int64)
        self._patterns = np.empty((0, width // 8), np.uint64)
        self._refused: set[int] = set()

    def cut(self, rows: np.ndarray) -> np.ndarray:
        """The rows without their numbers."""
        cut: np.ndarray = rows & self._kept
        return cut

    def find(self, cut: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The shape of each row, int64[n]; -1: none that is known.

        :param cut: uint64[n, width / 8].
        :param lengths: int64[n], bytes of each summary.
        """
        if not self.shapes:
            return np.full(len(cut), -1)
        hashes = self._hash(cut, lengths)
        place = np.searchsorted(self._hashes, hashes)
        place[place == len(self._hashes)] = 0
        shape = self._order[place]
        right = (self._hashes[place] == hashes) & (self._lengths[shape] == lengths)
        patterns = self._patterns if len(self.shapes) == 1 else self._patterns.take(shape, axis=0)
        if self.width <= 8 * _FEW_WORDS:
            for word in range(self.width // 8):
                right &= cut[:, word] == patterns[:, word]
        else:
            right &= (cut == patterns).all(axis=1)
        shape[~right] = -1
        return shape

    def learn(self, rows: np.ndarray, cut: np.ndarray, lengths: np.ndarray) -> None:
        """Remember the shapes that at least two of these rows have."""
        hashes = self._hash(cut, lengths)
        new = ~np.isin(hashes, self._hashes)
        found, first, counts = np.unique(hashes[new], return_index=True, return_counts=True)
        places = np.flatnonzero(new)[first]
        added: list[int] = []
        for key, place in zip(found[counts > 1].tolist(), places[counts > 1].tolist(), strict=True):
            if key in self._refused:
                continue
            length = int(lengths[place])
            shape = shape_of(rows[place].tobytes()[-length:])
            if shape is None or holes_of(shape) != self.holes:
                if len(self._refused) < _MOST_REFUSED:
                    self._refused.add(key)
                continue
            added.append(place)
            self.shapes.append(shape)
        if not added:
            return
        self._lengths = np.append(self._lengths, lengths[added])
        self._patterns = np.concatenate([self._patterns, cut[added]])
        shapes = self.shapes[-len(added) :]
        named = [any(one.plugin or one.unsure for one in shape) for shape in shapes]
        self.named = np.append(self.named, named)
        self.new = np.append(self.new, np.ones(len(added), bool))
        self._tags = np.concatenate([self._tags, np.empty((len(added), len(self.holes)), np.int64)])
        own = [term(row.tobytes()) for row in cut[added]]
        self.terms = np.append(self.terms, np.array(own, np.uint32))
        known = self._hash(self._patterns, self._lengths)
        self._order = np.argsort(known, kind="stable")
        self._hashes = known[self._order]
        self.bytes = self._patterns.nbytes

    def tag_numbers(self, shapes: np.ndarray, number_of: Callable[[str], int | None]) -> np.ndarray:
        """The numbers of all shapes' tags, int64[shapes, numbers]; -1: refused.

        :param shapes: int64[n], the shapes whose numbers are asked.
        """
        for shape in np.flatnonzero(np.bincount(shapes[self.new[shapes]])).tolist():
            found = [number_of(number.tag) for number in self.shapes[shape]]
            self._tags[shape] = [-1 if number is None else number for number in found]
            self.new[shape] = False
        return self._tags

    def _hash(self, cut: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        hashes: np.ndarray = cut @ self._factors
        hashes += lengths.astype(np.uint64) * _LENGTH_FACTOR
        return hashes


def _factors(words: int) -> np.ndarray:
    """One odd number for each word of a row."""
    numbers = np.random.default_rng(words).integers(0, 1 << 63, words, dtype=np.uint64)
    odd: np.ndarray = numbers | np.uint64(1)
    return odd


def rows_of(buffer: bytes, ends: np.ndarray, lengths: np.ndarray, width: int) -> np.ndarray:
    """The last bytes before each position, with zeros before the summary.

    :param ends: int64[n], ascending.
    :param lengths: int64[n], bytes of each summary; none above ``width``.
    :return: uint64[n, width / 8].
    """
    early = int(np.searchsorted(ends, width))  # rows that would begin before the buffer
    windows = unaligned(bytes(width) + buffer[:width], f"V{width}")[ends[:early]]
    if early < len(ends):
        others = unaligned(buffer, f"V{width}")[ends[early:] - width]
        windows = np.concatenate([windows, others]) if early else others
    rows: NDArray[np.uint64] = windows.view(np.uint64).reshape(-1, width // 8)
    distinct = np.flatnonzero(np.bincount(lengths))
    kept = (np.arange(width) >= width - distinct[:, None]).astype(np.uint8) * np.uint8(0xFF)
    edges = kept.view(np.uint64)
    if len(distinct) == 1:
        rows &= edges
    else:
        rows &= edges.take(np.searchsorted(distinct, lengths), axis=0)
    return rows
