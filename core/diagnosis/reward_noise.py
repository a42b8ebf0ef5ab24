"""The noise of a reward curve: its scatter, whether points share episodes, and its grain."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.diagnosis.trend import WANTED_BLOCKS

Array = NDArray[Any]

_TRIMMED = 0.10  # share of the largest changes that is left out of the noise
_JUMPS = 4  # largest changes: a jump bends the curve twice, a rise and a fall four times
_OF_ALL = 1.5  # rare events (a sparse reward) are noise too; learning bends the curve as well
_STRIDES = 20  # points of noise in 100 episodes, so five episodes or more lie between two
_INDEPENDENT = 0.2  # negative correlation of neighbouring changes, at least
_ERRORS = 2.5  # and so many standard errors from none
_CUT = 4.0  # median changes
_ROUNDING, _ON_GRID = 1e-5, 0.05  # of the largest value; of a grain
_FEWEST = 8  # changes: with fewer their correlation says nothing


def grain(values: Array) -> float:
    """The step between neighbouring values, where all are multiples of one; else 0.

    A sparse reward of nothing or one, averaged over 100 episodes, moves in hundredths: one of
    them more or less is luck, however quiet the curve was before.
    """
    changes = np.abs(np.diff(values))
    changes = changes[changes > _ROUNDING * np.abs(values).max(initial=0.0)]
    if not len(changes):
        return 0.0
    step = float(changes.min())
    counts = (values - values[0]) / step
    return step if float(np.abs(counts - np.round(counts)).max()) < _ON_GRID else 0.0


def is_averaged(values: Array) -> bool:
    """Whether the points are means over a sliding window, and not independent of each other.

    Neighbouring changes have a correlation of -0.5 between independent points, and of 0
    within a window. The curve's own shape hardly touches it; its jumps are cut off.
    """
    changes = np.diff(values)
    if len(changes) < _FEWEST:
        return True
    changes = changes - np.median(changes)
    usual = float(np.median(np.abs(changes)))
    if usual == 0.0:
        return True
    changes = np.clip(changes, -_CUT * usual, _CUT * usual)
    found = float((changes[1:] * changes[:-1]).sum() / (changes**2).sum())
    return found > -max(_INDEPENDENT, _ERRORS / float(np.sqrt(len(changes))))


def scatter(values: Array, stride: Array) -> float:
    """Standard deviation of an independent point around the curve.

    A mean over a sliding window moves like a random walk within the window, so changes are
    scaled by sqrt(stride / 2). Differences of neighbouring changes are used: a steady rise is no
    noise. The largest tenth (four at least) is left out: it may be the fall itself.
    """
    # Between points with hardly an episode nothing changes, and that is no calm.
    apart = int(min(np.ceil(np.median(stride) / _STRIDES), max(1, len(values) // WANTED_BLOCKS)))
    values, stride = values[::apart], np.maximum(1.0, stride[::apart] / apart)
    bends = np.diff(values, 2) / np.sqrt(2) * np.sqrt(stride[2:] / 2)
    sizes = np.sort(np.abs(bends))[: max(3, len(bends) - _JUMPS)]
    inner = sizes[: int(np.ceil(len(bends) * (1 - _TRIMMED)))]
    trimmed = _root(inner) / _inside(len(inner) / len(bends))
    return max(trimmed, _root(sizes) / _OF_ALL)


def _root(sizes: Array) -> float:
    return float(np.sqrt((sizes**2).mean()))


def _inside(share: float) -> float:
    """RMS of the inner part of a standard normal, by its share."""
    if share >= 1.0:
        return 1.0
    edge = NormalDist().inv_cdf((1 + share) / 2)
    return float(np.sqrt(1 - 2 * edge * NormalDist().pdf(edge) / share))
