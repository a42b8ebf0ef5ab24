"""The interval of a share."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A two-sided interval of :data:`LEVEL`."""

    low: float
    high: float


def wilson(passed: float, of: int) -> Interval:
    """Wilson's score interval of a share (1927); 0 to 1 without a try.

    :param passed: not whole where several observations count as one.
    """
    from scipy.special import ndtri  # without all of scipy.stats

    if not of:
        return Interval(0.0, 1.0)
    z = float(ndtri((1 + LEVEL) / 2))
    share, square = passed / of, z * z / of
    centre = (share + square / 2) / (1 + square)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of)) / (1 + square)
    low, high = centre - half, centre + half  # at both ends exact but for rounding
    return Interval(low if passed else 0.0, high if passed < of else 1.0)
