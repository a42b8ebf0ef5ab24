"""A fall inside the run's own earlier swings is no collapse: the reward merely wanders.

A mean of episodes whose level drifts to and fro (a market's regimes, a random walk) is smooth from
point to point, so the noise of single points says nothing about how far it swings. What the
run fell and won back before does: a run that learns rises, and falls by its noise alone. A fall
that lasts far longer than those does not swing back.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SWING = 3.0  # times the fall of an earlier swing
LASTS = 3.0  # times as long as the longest swing that was a third as large
_NEAR = 1 / 8  # of a fall: above that it has not begun, or is won back


def outside_swings(now: Array, high: Array, low: Array) -> tuple[Array, Array]:
    """Points of a fall that no earlier swing explains: by its size, and by its length; shape (n,).

    False where nothing is low. An earlier collapse is no swing: a run that collapses twice has
    collapsed twice.

    :param now: level at each point; ``high``: the level that it fell from.
    :param low: points at which the level is low.
    """
    larger, longer = np.zeros(len(now), bool), np.zeros(len(now), bool)
    below = np.maximum.accumulate(now) - now
    edges = np.diff(np.concatenate([[0], low.astype(int), [0]]))
    for first, end in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        falls = high[first:end] - np.minimum.accumulate(now[first:end])
        near = high[first] - _NEAR * falls[0]
        before = np.flatnonzero(now[:first] >= near)
        top = int(before[-1]) if len(before) else 0
        larger[first:end] = falls > SWING * below[: top + 1].max()
        longest = _longest(below[: top + 1] >= falls[0] / SWING)
        longer[first:end] = np.arange(first, end) - top > LASTS * longest
        if larger[end - 1]:
            back = np.flatnonzero(now[end:] >= near)
            below[top : end + int(back[0]) if len(back) else len(now)] = 0.0
    return larger, longer


def _longest(holds: Array) -> int:
    """Points of the longest streak."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holds.astype(int), [0]])))
    return int((edges[1::2] - edges[::2]).max(initial=0))
