"""A fall inside the run's own earlier swings is no collapse: the reward merely wanders.

A mean of episodes whose level drifts to and fro (a market's regimes, a random walk) is smooth from
point to point, so the noise of single points says nothing about how far it swings. What the
run fell and won back before does: a run that learns rises, and falls by its noise alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SWING = 3.0  # times the largest fall before
_NEAR = 1 / 8  # of a fall: above that it has not begun, or is won back


def outside_swings(now: Array, high: Array, low: Array) -> Array:
    """Points of a fall that no earlier swing explains, shape (n,); False where nothing is low.

    An earlier collapse is no swing: a run that collapses twice has collapsed twice.

    :param now: level at each point; ``high``: the level that it fell from.
    :param low: points at which the level is low.
    """
    outside = np.zeros(len(now), bool)
    below = np.maximum.accumulate(now) - now
    edges = np.diff(np.concatenate([[0], low.astype(int), [0]]))
    for first, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        falls = high[first:end] - np.minimum.accumulate(now[first:end])
        near = high[first] - _NEAR * falls[0]
        before = np.flatnonzero(now[:first] >= near)
        top = int(before[-1]) if len(before) else 0
        outside[first:end] = falls > SWING * below[: top + 1].max()
        if outside[end - 1]:
            back = np.flatnonzero(now[end:] >= near)
            below[top : end + int(back[0]) if len(back) else len(now)] = 0.0
    return outside
