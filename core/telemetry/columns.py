"""The points of one tag in one file, as growing arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any] | Sequence[float]
_HEAD = 64  # points that nearly always contain the first usable number


class Columns:
    """Step (int64), wall time (float64, seconds since the epoch) and value (float64).

    The returned arrays are read-only views that never change: points are only appended,
    and a full array is replaced by a longer one. Reading a long history copies nothing.
    """

    __slots__ = ("_size", "_step", "_value", "_wall", "newest", "origin", "rising", "timed")

    def __init__(self) -> None:
        self._size = 0
        self.origin = object()  # the same for all frozen copies
        self.newest = -np.inf  # highest wall time; NaN if one is NaN
        self.rising = True  # steps never go back
        self.timed = True  # wall times never go back, and none is NaN
        self._step = np.empty(0, np.int64)
        self._wall = np.empty(0, np.float64)
        self._value = np.empty(0, np.float64)

    def __len__(self) -> int:
        return self._size

    def frozen(self) -> Columns:
        """A view of the points up to now, without later ones. Copies no points."""
        made = Columns.__new__(Columns)
        for name in Columns.__slots__:
            setattr(made, name, getattr(self, name))
        return made

    def extend(self, steps: Numbers, walls: Numbers, values: Numbers) -> None:
        """Append points; three sequences of one length."""
        before, size = self._size, self._size + len(steps)
        if size == before:
            return
        if size > len(self._step):
            capacity = max(size, before * 5 // 4 + 8)
            self._step = _longer(self._step, before, capacity)
            self._wall = _longer(self._wall, before, capacity)
            self._value = _longer(self._value, before, capacity)
        self._step[before:size] = steps
        self._wall[before:size] = walls
        self._value[before:size] = values
        self._size = size
        since = max(before - 1, 0)
        step, wall = self._step[since:size], self._wall[since:size]
        self.rising = self.rising and bool((step[1:] >= step[:-1]).all())
        self.timed = self.timed and bool((wall[1:] >= wall[:-1]).all()) and wall[0] == wall[0]
        self.newest = np.maximum(self.newest, wall[-1] if self.timed else wall.max())

    @property
    def step(self) -> np.ndarray:
        """Steps, int64[n]."""
        return _view(self._step, self._size)

    @property
    def wall(self) -> np.ndarray:
        """Wall times in seconds since the epoch, float64[n]."""
        return _view(self._wall, self._size)

    @property
    def value(self) -> np.ndarray:
        """Values, float64[n]."""
        return _view(self._value, self._size)

    def until(self, moment: float | None) -> slice | np.ndarray:
        """The index of the points written up to a moment.

        Points come in the order of writing: where a clock stepped back, one with an earlier
        time hides none of those before it. One without a finite time is left out.
        """
        if moment is None or self.newest <= moment:
            return slice(None)
        if self.timed:
            return slice(0, int(np.searchsorted(self.wall, moment, side="right")))
        places = np.flatnonzero(self.wall <= moment)
        kept = slice(0, int(places[-1]) + 1 if len(places) else 0)
        finite: NDArray[np.bool_] = np.isfinite(self.wall)
        if finite[kept].all():
            return kept
        finite[kept.stop :] = False
        return finite

    def start(self, moment: float | None) -> tuple[int | None, float | None]:
        """First positive step and first finite wall time up to then; None: there is none.

        A clock that was ahead at first, and was then set back, did not begin then: the lowest
        time counts.
        """
        first_known = self._size and self._step[0] > 0 and math.isfinite(self._wall[0])
        if moment is None and self.timed and first_known:
            return int(self._step[0]), float(self._wall[0])
        kept = self.until(moment)
        step, wall = self.step[kept], self.wall[kept]
        first = _first(step[:_HEAD] > 0, lambda: step > 0)
        timed = _first(np.isfinite(wall[:_HEAD]), lambda: np.isfinite(wall))
        if timed is not None and not self.timed and wall[timed] > wall[-1]:
            timed = int(np.argmin(np.where(np.isfinite(wall), wall, np.inf)))
        return (
            None if first is None else int(step[first]),
            None if timed is None else float(wall[timed]),
        )

    def has_point(self, moment: float | None) -> bool:
        """True if there is a point up to then."""
        if moment is None or not self._size or self._wall[0] <= moment:
            return self._size > 0
        return not self.timed and bool((self.wall <= moment).any())


def _longer(column: np.ndarray, size: int, capacity: int) -> np.ndarray:
    longer = np.empty(capacity, column.dtype)
    longer[:size] = column[:size]
    return longer


def _view(column: np.ndarray, size: int) -> np.ndarray:
    view = column[:size]
    view.flags.writeable = False
    return view


def _first(head: np.ndarray, whole: Callable[[], np.ndarray]) -> int | None:
    """Index of the first True; the whole is only computed if the head has none."""
    places = np.flatnonzero(head)
    if not len(places):
        places = np.flatnonzero(whole())
    return int(places[0]) if len(places) else None
