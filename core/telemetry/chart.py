"""Downsampling of a series for a chart, keeping every spike."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

if TYPE_CHECKING:
    from core.telemetry.series import Series

MAX_POINTS = 2000
# Keyed by series: a reader returns the same object until it has read something new.
_VIEWS: WeakKeyDictionary[Series, dict[int, Series]] = WeakKeyDictionary()


_TALLER = 2.5  # a limit may make the vertical axis so much longer; one farther away stays outside
_RARE = 4  # a trainer that repeats more than every fourth step does so on purpose


def later_of_a_step(series: Series) -> Series:
    """The later point of each step, if steps are repeated only occasionally.

    A trainer's last update is logged at the step of the one before, which looks like a
    vertical spike. Where many steps hold several points (episodes, say), all are
    kept, and so is a point that is not finite.
    """
    repeated = np.flatnonzero(series.step[1:] == series.step[:-1])
    if not len(repeated) or len(repeated) * _RARE > len(series) - len(repeated):
        return series
    kept = ~np.isfinite(series.value)
    kept[np.setdiff1d(np.arange(len(series)), repeated, assume_unique=True)] = True
    return series if kept.all() else series.where(kept)


def downsample(series: Series, max_points: int = MAX_POINTS) -> Series:
    """At most ``max_points`` points: the lowest and the highest of each stretch.

    First and last point are kept, and so are the first NaN and the first infinity of
    either sign in a stretch (they show as a gap). Only real points, no averages. The view
    of a series is computed once.

    :raises ValueError: fewer than 7 points allowed.
    """
    if len(series) <= max_points:
        return series
    views = _VIEWS.setdefault(series, {})
    view = views.get(max_points)
    if view is None:
        view = views[max_points] = series.where(chosen_points(series.value, max_points))
    return view


def chosen_points(value: np.ndarray, max_points: int) -> np.ndarray:
    """Indices of the points that :func:`downsample` keeps, ascending.

    :raises ValueError: fewer than 7 points allowed.
    """
    if max_points < 7:
        raise ValueError(f"a chart needs at least 7 points, not {max_points}")
    count = len(value)
    if count <= max_points:
        return np.arange(count)
    finite = np.isfinite(value)
    kinds = [np.isnan(value), value == np.inf, value == -np.inf] if not finite.all() else []
    kinds = [kind for kind in kinds if kind.any()]
    a_stretch = 2 + len(kinds)
    width = -(-count // ((max_points - 2) // a_stretch))  # points; the last may be shorter
    lowest = _stretches(np.where(finite, value, np.inf), width, np.inf).argmin(axis=1)
    highest = _stretches(np.where(finite, value, -np.inf), width, -np.inf).argmax(axis=1)
    begins = np.arange(len(lowest)) * width
    chosen = [[0, count - 1], begins + lowest, begins + highest]
    for kind in kinds:
        found = _stretches(kind, width, False)
        chosen.append((begins + found.argmax(axis=1))[found.any(axis=1)])
    return np.unique(np.concatenate(chosen))


def _stretches(column: np.ndarray, width: int, fill: float) -> np.ndarray:
    """[stretches, width], the last one padded."""
    missing = -len(column) % width
    return np.pad(column, (0, missing), constant_values=fill).reshape(-1, width)


def with_limit(low: float, high: float, limit: float, log: bool = False) -> tuple[float, float]:
    """A range that also shows a limit, if that is not too far away for the curve to be seen."""
    if log and limit <= 0:
        return low, high
    first, last, place = (math.log10(x) if log else x for x in (low, high, limit))
    room = _TALLER * (last - first) or (1.0 if log else abs(last))
    if max(first - place, place - last) > room:
        return low, high
    return min(low, limit), max(high, limit)
