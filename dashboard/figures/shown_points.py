"""The points of a line that a chart shows, as a table: chosen part, smoothed, thinned out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow as pa

from core.language import number_in
from core.telemetry.chart import chosen_points, later_of_a_step
from core.telemetry.smoothing import smoothed
from dashboard.figures.view import Axis, Line, View

if TYPE_CHECKING:
    from core.telemetry import Series

# Keyed by series: a reader returns the same object until it has read something new.
_TABLES: WeakKeyDictionary[Series, dict[Any, pa.Table]] = WeakKeyDictionary()


def shown_points(line: Line, view: View, share: int) -> pa.Table:
    """The shown points of a line: ``x``, ``raw``, and ``smooth`` where it is smoothed.

    In a language that writes numbers as ECharts does not, each with its text: ``raw_text``.
    """
    asked = (
        view.language,
        span_unit(view),
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
    table = pa.table({name: pa.array(each, from_pandas=True) for name, each in columns.items()})
    if own_numbers(view.language):
        for name in table.column_names[1:]:
            texts = _texts(x[shown], columns[name], view)
            table = table.append_column(f"{name}_text", pa.array(texts))
    return table


def own_numbers(language: str) -> bool:
    """Whether a language writes numbers as ECharts does not: its tooltips then show our texts."""
    return number_in("0.5", language) != "0.5"


def _texts(x: np.ndarray, values: np.ndarray, view: View) -> list[str | None]:
    """What a tooltip shows of each point: the value, and its step; None for a gap.

    ECharts would write the step as ``12,000``, which is twelve in Portuguese.
    """
    steps = view.axis in {Axis.STEP, Axis.START}
    found: list[str | None] = []
    for place, value in zip(x.tolist(), values.tolist(), strict=True):
        text = None
        if math.isfinite(value):
            text = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.6g}"
            text = number_in(text, view.language)
            if steps:
                text += f" · {number_in(f'{place:,.0f}', view.language)}"
        found.append(text)
    return found


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
    """A place on the horizontal axis as ECharts gets it: milliseconds of time, units of a span."""
    if view.axis in {Axis.WALL, Axis.WEEK}:
        return (x + view.shift) * 1000
    return x / span_unit(view)[0] if view.axis is Axis.RELATIVE else x


def span_unit(view: View) -> tuple[float, str, int]:
    """The unit of a span in a tooltip: seconds, name, decimals; ECharts can't write a comma."""
    if not own_numbers(view.language):
        return 3600.0, "h", 2
    low, high = view.whole or (0.0, 0.0)
    return (60.0, "min", 0) if high - low >= 7200 else (1.0, "s", 0)


def _drawable(values: np.ndarray, log: bool) -> np.ndarray:
    """NaN, which becomes a gap, for what can't be drawn."""
    good = np.isfinite(values) & (values > 0) if log else np.isfinite(values)
    return values if good.all() else np.where(good, values, np.nan)
