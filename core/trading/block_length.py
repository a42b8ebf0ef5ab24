"""How long the blocks of a stationary bootstrap should be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from core.metrics.conventions import NO_VOLATILITY

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def optimal_block_length(series: ArrayLike) -> float:
    """Mean length by Politis and White (2004) with the correction of Patton, Politis and White (2009).

    :param series: in time order, shape (n,), n of 10 or more.
    :returns: NaN for a constant series.
    """
    values = np.asarray(series, float)
    if float(np.std(values)) <= NO_VOLATILITY:
        return math.nan
    n = len(values)
    centred = values - values.mean()
    run = max(5, int(math.log10(n)))
    longest = math.ceil(math.sqrt(n)) + run
    autocovariances = (
        np.array([centred[lag:] @ centred[: n - lag] for lag in range(longest + 1)]) / n
    )
    flat_top = min(2 * max(_memory(centred, autocovariances, run), 1), longest)
    lags = np.arange(1, flat_top + 1)
    weighted = np.minimum(1.0, 2.0 * (1.0 - lags / flat_top)) * autocovariances[lags]
    spectrum = autocovariances[0] + 2.0 * weighted.sum()
    slope = 2.0 * (lags * weighted).sum()
    length = float(np.cbrt((slope / spectrum) ** 2 * n))
    return min(length, float(math.ceil(min(3.0 * math.sqrt(n), n / 3.0))))


def _memory(centred: np.ndarray, autocovariances: np.ndarray, run: int) -> int:
    """The lag from which ``run`` autocorrelations are all within the band of noise; the longest: none."""
    n, longest = len(centred), len(autocovariances) - 1
    band = 2.0 * math.sqrt(math.log10(n) / n)
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    lags = np.arange(longest)
    ends = (squares[-1] - squares[lags + 1]) * squares[n - 1 - lags]
    quiet = n * np.abs(autocovariances[:-1]) < band * np.sqrt(ends)
    for lag in range(longest + 1 - run):
        if quiet[lag : lag + run].all():
            return lag
    return longest
