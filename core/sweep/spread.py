"""How far the tries of one recipe lie apart: interquartile mean, its interval, shares.

Agarwal et al., "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (2021):
the interquartile mean and a bootstrap that resamples the seeds within each fold.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from core.metrics.wilson import LEVEL, Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

RESAMPLES = 2_000
_TRIMMED = 0.25  # from each end


@dataclass(frozen=True)
class Spread:
    """The tries' values of one metric.

    :ivar iqm: mean of the middle half; None without a value.
    :ivar interval: of the IQM; None with fewer than two values in each fold.
    :ivar undefined: tries in which the metric has no value; they are in neither number.
    """

    iqm: float | None
    interval: Interval | None
    lowest: float | None
    highest: float | None
    count: int
    undefined: int = 0


def iqm(values: Sequence[float]) -> float:
    """The mean of the values without the lowest and the highest quarter."""
    return float(_middle_means(np.asarray(values, float)))


def _middle_means(values: np.ndarray) -> np.ndarray:
    """The IQM along the last axis, as ``scipy.stats.trim_mean``, without all of ``scipy.stats``."""
    cut = int(_TRIMMED * values.shape[-1])
    end = values.shape[-1] - cut
    parted = np.partition(values, (cut, end - 1), axis=-1)
    means: np.ndarray = parted[..., cut:end].mean(axis=-1)
    return means


def spread(by_fold: Sequence[Sequence[float | None]], seed: int = 0) -> Spread:
    """IQM and interval of one metric.

    :param by_fold: the seeds' values of each fold; None: undefined.
    :param seed: of the bootstrap: the same values give the same interval.
    """
    known = [np.array([each for each in fold if each is not None], float) for fold in by_fold]
    known = [fold for fold in known if len(fold)]
    asked = sum(len(fold) for fold in by_fold)
    if not known:
        return Spread(None, None, None, None, 0, asked)
    pooled = np.concatenate(known)
    return Spread(
        iqm(pooled.tolist()),
        iqm_interval(known, seed) if all(len(fold) > 1 for fold in known) else None,
        float(pooled.min()),
        float(pooled.max()),
        len(pooled),
        asked - len(pooled),
    )


def iqm_interval(
    by_fold: Sequence[np.ndarray], seed: int = 0, resamples: int = RESAMPLES
) -> Interval:
    """Bootstrap of the seeds within each fold, percentiles widened for few seeds.

    The plain percentile interval of n values is too short by sqrt((n-1)/n) and by z against t.
    Hesterberg, "What Teachers Should Know About the Bootstrap" (2015), section 4.6: take the
    percentiles of Phi(sqrt(n/(n-1)) t) instead.

    :param by_fold: at least two values in each.
    """
    from scipy.special import ndtr, stdtrit

    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [fold[rng.integers(0, len(fold), (resamples, len(fold)))] for fold in by_fold], axis=1
    )
    means = _middle_means(drawn)
    fewest = min(len(fold) for fold in by_fold)
    freedom = drawn.shape[1] - len(by_fold)
    wide = sqrt(fewest / (fewest - 1)) * stdtrit(freedom, (1 + LEVEL) / 2)
    high = float(ndtr(wide))
    low, top = np.quantile(means, [1 - high, high])
    return Interval(float(low), float(top))
