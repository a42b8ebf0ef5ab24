"""The points of one tag in one file, as growing arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Columns:
    """Step (int64), wall time (float64, seconds since the epoch) and value (float64)."""

    __slots__ = ("_size", "_step", "_value", "_wall", "newest")

    def __init__(self) -> None:
        self._size = 0
        self.newest = -np.inf  # highest wall time; NaN if one is NaN
        self._step = np.empty(8, np.int64)
        self._wall = np.empty(8, np.float64)
        self._value = np.empty(8, np.float64)

    def __len__(self) -> int:
        return self._size

    def extend(self, steps: Sequence[int], walls: Sequence[float], values: Sequence[float]) -> None:
        size = self._size + len(steps)
        if size > len(self._step):
            capacity = max(size, len(self._step) * 3 // 2)
            # No view of ours outlives the reader's lock, so no reference can break.
            for column in (self._step, self._wall, self._value):
                column.resize(capacity, refcheck=False)
        self._step[self._size : size] = steps
        self._wall[self._size : size] = walls
        self.newest = np.maximum(self.newest, self._wall[self._size : size].max(initial=-np.inf))
        self._value[self._size : size] = values
        self._size = size

    @property
    def step(self) -> np.ndarray:
        """A view; copy it before the next :meth:`extend`."""
        return self._step[: self._size]

    @property
    def wall(self) -> np.ndarray:
        return self._wall[: self._size]

    @property
    def value(self) -> np.ndarray:
        return self._value[: self._size]
