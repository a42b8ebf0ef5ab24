"""The error of a statistic whose observations depend on each other, without a model of how.

The lowest cosine frequencies of a record hold the variance of its mean, and nothing shorter
than a sixth of the record enters them: the equal-weighted cosine estimate of Mueller (2007),
Mueller and Watson (2008) and Lazarus, Lewis, Stock and Watson (2018). With so few frequencies
the error is itself uncertain, and Student's t with as many degrees of freedom counts that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COSINES = 12
_NORMAL_975 = 1.959963984540054
_WIDEST = 3.0


def freedom(n: int) -> int:
    """Degrees of freedom of :func:`standard_error`; with few observations all that there are."""
    return max(1, min(COSINES, n - 1))


def standard_error(influence: NDArray[np.floating]) -> float:
    """Of the mean of these influences, to be used with Student's t.

    :param influence: of each observation in time order on the statistic, shape (n,).
    """
    n = len(influence)
    times = (np.arange(n) + 0.5) / n
    centred = influence - influence.mean()
    weights = np.cos(np.pi * np.outer(np.arange(1, freedom(n) + 1), times))
    return float(np.sqrt(2.0 * np.mean((weights @ centred) ** 2)) / n)


def stretch(spread: float, influence: NDArray[np.floating]) -> float:
    """What resampled values that spread by so much are to be multiplied with, 1 to 3.

    Their 95 % interval becomes at least that of Student's t with the long-run error.
    """
    from scipy.special import stdtrit

    if not spread > 0.0:
        return 1.0
    n = len(influence)
    needed = standard_error(influence) * float(stdtrit(freedom(n), 0.975)) / _NORMAL_975
    return float(min(max(1.0, needed / spread), _WIDEST))
