"""How many independent observations a series with autocorrelation is worth."""

from __future__ import annotations

import math

import numpy as np

from core.metrics.conventions import NO_VOLATILITY
from core.trading.long_run import COSINES, standard_error

ONE_SIDED = 1.645  # 95 % of white noise is below it
CHI_SQUARED_95 = 21.026  # likewise, of COSINES degrees of freedom
FEWEST = 8
_LARGEST = 0.99  # lag-1 beyond it has no finite factor


def effective_length(series: np.ndarray) -> float:
    """Independent observations whose mean is as uncertain as the series', at most its length.

    n / f, f the largest of 1 and four estimates of the variance inflation of a mean,
    each used only where white noise would reach it in fewer than 5 % of the series:

    - (1 + r) / (1 - r) with the lag-1 autocorrelation r of a first-order process (Bartlett
      1946; Bayley and Hammersley 1946), r corrected for its bias -(1 + 4 r) / n (Kendall 1954);
    - 1 + 2 sum of the autocorrelations under the flat-top window of Politis and Romano
      (1995), its width chosen as by Politis and White (2004);
    - the variance ratio of sums of 2 sqrt(n) observations (Lo and MacKinlay 1988), for a slow
      drift that no single lag shows;
    - the variance in the 12 lowest cosine frequencies (:mod:`core.trading.long_run`), for one
      slower still.

    So f = 1, and n itself, where nothing contradicts independence.
    """
    n = len(series)
    if n < FEWEST or float(np.std(series)) < NO_VOLATILITY:
        return float(n)
    centred = np.asarray(series, float) - float(np.mean(series))
    found = max(_first_order_and_window(centred), _variance_ratio(centred), _lowest(centred))
    return max(1.0, n / found)


def _first_order_and_window(centred: np.ndarray) -> float:
    n = len(centred)
    lags = max(1, min(n // 4, max(20, math.ceil(10 * math.log10(n)))))
    total = float(centred @ centred)
    rho = np.array([float(centred[k:] @ centred[:-k]) / total for k in range(1, lags + 1)])
    factor = 1.0
    if rho[0] > ONE_SIDED / math.sqrt(n):
        first = min(float(rho[0]) + (1.0 + 4.0 * float(rho[0])) / n, _LARGEST)
        factor = (1.0 + first) / (1.0 - first)
    small = np.abs(rho) < 2.0 * math.sqrt(math.log10(n) / n)
    run = max(5, math.ceil(math.sqrt(math.log10(n))))
    quiet = (k for k in range(lags - run + 1) if small[k : k + run].all())
    last = next(quiet, lags)
    if last:
        width = min(2 * last, lags)
        share = np.arange(1, width + 1) / width
        weight = np.where(share <= 0.5, 1.0, 2.0 * (1.0 - share))
        factor = max(factor, 1.0 + 2.0 * float(weight @ rho[:width]))
    return factor


def _variance_ratio(centred: np.ndarray) -> float:
    n = len(centred)
    span = int(2.0 * math.sqrt(n))
    if n < 5 * span:
        return 1.0
    path = np.concatenate([[0.0], np.cumsum(centred)])
    sums = path[span:] - path[:-span]
    variance = float(centred @ centred) / (n - 1)
    ratio = float(sums @ sums) / (span * (n - span + 1) * (1.0 - span / n) * variance)
    error = math.sqrt(2.0 * (2 * span - 1) * (span - 1) / (3.0 * span * n))
    return ratio if ratio - 1.0 > ONE_SIDED * error else 1.0


def _lowest(centred: np.ndarray) -> float:
    n, spread = len(centred), float(centred.std())
    ratio = n * (standard_error(centred) / spread) ** 2
    return ratio if ratio > CHI_SQUARED_95 / COSINES and n > 2 * COSINES else 1.0
