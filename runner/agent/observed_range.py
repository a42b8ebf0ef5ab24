"""The range of observations that a training run saw: least and largest value of each number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class ObservedRange:
    """Least and largest value of each of K numbers, float64, shape (K,)."""

    names: tuple[str, ...]
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, names: Sequence[str], observations: np.ndarray) -> ObservedRange:
        """Of observations of any leading shape, (..., K)."""
        rows = observations.reshape(-1, len(names)).astype(np.float64)
        return cls(tuple(names), rows.min(axis=0), rows.max(axis=0))

    def with_more(self, other: ObservedRange) -> ObservedRange:
        """The range of both."""
        return ObservedRange(
            self.names, np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        )

    def as_dict(self) -> dict[str, list[float]]:
        """Lowest and highest value by name, as plain JSON."""
        limits = zip(self.names, self.low.tolist(), self.high.tolist(), strict=True)
        return {name: [low, high] for name, low, high in limits}

    @classmethod
    def read(
        cls, data: Mapping[str, Sequence[float]] | None, names: Sequence[str]
    ) -> ObservedRange | None:
        """Read what :meth:`as_dict` wrote; None: not recorded.

        :raises ValueError: other names, or limits that are no range.
        """
        if data is None:
            return None
        if not hasattr(data, "keys") or set(data) != set(names):
            raise ValueError("the range of observations is of other numbers")
        limits = np.asarray([data[name] for name in names], dtype=np.float64)
        if limits.shape != (len(names), 2) or not np.isfinite(limits).all():
            raise ValueError("the range of observations is incomplete or not finite")
        if (limits[:, 0] > limits[:, 1]).any():
            raise ValueError("a range of observations ends below its start")
        return cls(tuple(names), limits[:, 0], limits[:, 1])
