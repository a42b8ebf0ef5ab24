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
    from arch.bootstrap import optimal_block_length as lengths  # loading it takes a second

    values = np.asarray(series, float)
    if float(np.std(values)) <= NO_VOLATILITY:
        return math.nan
    return float(lengths(values)["stationary"].iloc[0])
