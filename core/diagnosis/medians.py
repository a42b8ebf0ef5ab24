"""Medians of many overlapping parts of a series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Array = NDArray[Any]


def moving_median(values: Array, width: int) -> Array:
    """The median of each ``width`` neighbouring finite values, shape (n - width + 1,)."""
    # Sorting so few is several times faster than to select their middle, as numpy.median does.
    return middles(np.sort(sliding_window_view(values, width), axis=-1))


def middles(ordered: Array) -> Array:
    """The median of each row of sorted finite values, of which there are one or more."""
    half, odd = divmod(ordered.shape[-1], 2)
    upper = ordered[..., half]
    return np.asarray(upper if odd else (ordered[..., half - 1] + upper) / 2)


def growing_medians(values: Array, ends: Iterable[int]) -> list[float]:
    """The median of the finite ones of ``values[:end]`` for each end, ascending; NaN without any."""
    ordered, taken, found = np.empty(0), 0, []
    for end in ends:
        new = values[taken:end]
        new, taken = np.sort(new[np.isfinite(new)]), end
        ordered = np.insert(ordered, np.searchsorted(ordered, new), new)
        found.append(float(middles(ordered)) if len(ordered) else np.nan)
    return found
