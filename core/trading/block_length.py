"""How long the blocks of a stationary bootstrap should be."""

from __future__ import annotations

import math

import numpy as np


def optimal_block_length(series: np.ndarray) -> float:
    """Mean length by Politis and White (2004) with the correction of Patton, Politis and White (2009).

    (2 G^2 / D)^(1/3) n^(1/3) with G = sum lambda(k / M) |k| R(k), D = 2 (sum lambda(k / M) R(k))^2,
    over all lags, lambda the flat-top window, M twice the last lag before a run of insignificant
    ones; at most 3 sqrt(n) and n / 3. NaN for a constant series.

    :param series: in time order, shape (n,), n of 10 or more.
    """
    n = len(series)
    centred = np.asarray(series, float) - float(np.mean(series))
    run = max(5, int(math.log10(n)))
    most = math.ceil(math.sqrt(n)) + run
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    sums = np.array([float(centred[k:] @ centred[: n - k]) for k in range(most + 1)])
    after = squares[n] - squares[1 : most + 2]
    before = squares[n - 1 - np.arange(most + 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        small = np.abs(sums) / np.sqrt(after * before) < 2.0 * math.sqrt(math.log10(n) / n)
    quiet = (k for k in range(most - run + 1) if small[k : k + run].all())
    last = next(quiet, None)
    width = most if last is None else min(2 * max(last, 1), most)
    lags = np.arange(1, width + 1)
    window = np.where(lags <= width / 2.0, 1.0, 2.0 * (1.0 - lags / width))
    covariances = sums / n
    weighted = window * covariances[1 : width + 1]
    slope, level = 2.0 * float(weighted @ lags), float(covariances[0] + 2.0 * weighted.sum())
    if level == 0.0:
        return math.nan
    length: float = ((slope / level) ** 2 * n) ** (1.0 / 3.0)
    return min(length, float(math.ceil(min(3.0 * math.sqrt(n), n / 3.0))))
