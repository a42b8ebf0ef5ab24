"""The points of a line that a chart shows, as a table: chosen part, smoothed, thinned out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from core.telemetry.chart import chosen_points, later_of_a_step
from core.telemetry.smoothing import smoothed
from dashboard.figures.view import Axis, Line, View

if TYPE_CHECKING:
    from core.telemetry import Series

# Keyed by series: a reader returns the same object until it has read something new.
_TABLES: WeakKeyDictionary[Series, dict[Any, pa.Table]] = WeakKeyDictionary()


def shown_points(line: Line, view: View, share: int) -> pa.Table:
    """The shown points of a line: ``x``, ``raw``, and ``smooth`` where it is smoothed."""
    asked = (
        view.axis,
        view.smoothing,
        view.log,
        view.low,
        view.high,
        view.shift,
        share,
        line.begin,
    )
    known = _TABLES.setdefault(line.points, {})
    if view.axis is Axis.WEEK:
        known.pop(asked, None)  # the week's clock may have got another point
    if asked not in known:
        if len(known) > 8:  # of earlier views
            known.clear()
        known[asked] = _fresh_table(line, view, share)
    return known[asked]


def _fresh_table(line: Line, view: View, share: int) -> pa.Table:
    points = later_of_a_step(line.points)
    x = view.places(Line(points, line.begin))
    smooth = smoothed(points.value, view.smoothing)
    kept = _in_part(x, view)
    if not kept.all():  # the neighbours too, so that the line reaches the edges
        kept[:-1] |= kept[1:].copy()
        kept[1:] |= kept[:-1].copy()
    shown = np.flatnonzero(kept)
    if view.log and len(shown) > share:  # gaps among few of many points would leave no line
        shown = shown[~(points.value[shown] <= 0)]
    shown = shown[chosen_points(points.value[shown], share)]
    columns = {"x": drawn(x[shown], view), "raw": _drawable(points.value[shown], view.log)}
    if view.smoothing:
        columns["smooth"] = _drawable(smooth[shown], view.log)
    return pa.table({name: pa.array(each, from_pandas=True) for name, each in columns.items()})


def in_part(line: Line, view: View) -> np.ndarray:
    """Which points of a line are in the shown part: bool[n]."""
    return _in_part(view.places(line), view)


def _in_part(x: np.ndarray, view: View) -> np.ndarray:
    kept = np.ones(len(x), bool)
    if view.low is not None:
        kept &= x >= view.low
    if view.high is not None:
        kept &= x <= view.high
    return kept


def drawn(x: Any, view: View) -> Any:
    """A place on the horizontal axis as ECharts gets it: milliseconds of time, hours of a span."""
    if view.axis in {Axis.WALL, Axis.WEEK}:
        return (x + view.shift) * 1000
    return x / 3600 if view.axis is Axis.RELATIVE else x


def _drawable(values: np.ndarray, log: bool) -> np.ndarray:
    """NaN, which becomes a gap, for what can't be drawn."""
    good = np.isfinite(values) & (values > 0) if log else np.isfinite(values)
    return values if good.all() else np.where(good, values, np.nan)
