"""Curves of a run as options of ECharts: plain values, built from series; nothing is drawn here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from core.telemetry.chart import with_limit
from dashboard.figures import axes
from dashboard.figures.palette import GREEN, GRID, MAX_POINTS, PALETTE
from dashboard.figures.shown_points import drawn, own_numbers, shown_points, span_unit
from dashboard.figures.view import AS_LOGGED, Axis, Band, Limit, Line, Mark, MarkKind, View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from core.telemetry import Series

Option = dict[str, Any]
LEFT, RIGHT, BOTTOM, ROW = 46, 14, 22, 14  # pixels beside the plot; height of a row of names
MAX_ROWS = 3  # rows of mark names above a plot; further names reuse them
NEAR_END = 0.15  # of the width
NAMED = 12  # marks with a name; more would hide each other, and so would the many checks
_TYPES = {
    MarkKind.ALERT: "solid",
    MarkKind.INCIDENT: "solid",
    MarkKind.NOTE: "dashed",
}  # others: dotted
_HIDDEN: Option = {
    "axisLabel": {"show": False}, "axisTick": {"show": False}, "axisLine": {"show": False},
    "splitLine": {"show": False},
}  # fmt: skip
_WORDS: Option = _HIDDEN | {
    "type": "category", "boundaryGap": False, "axisPointer": {"show": False},
    "axisLabel": {"margin": 6, "fontSize": 11},
}  # fmt: skip


def curve(
    series: Mapping[str, Series | Line],
    *,
    limits: Sequence[Limit] = (),
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
    view: View = AS_LOGGED,
    smooth_name: str = "{name}",
    header: str = "{value}",
    most: int = MAX_POINTS,
) -> Option:
    """Named series, at most ``most`` points together; with a smoothed line over the raw one on request.

    A step that is logged twice shows the later point; the raw series keeps both. Gaps stay gaps: a
    value that is not finite breaks the line, and so does one that a log axis can't show.

    :param smooth_name: name of a smoothed line, with the curve's in place of ``{name}``.
    :param header: of a tooltip: the place on the horizontal axis, as ``{value}``.
    """
    lines = {name: each if isinstance(each, Line) else Line(each) for name, each in series.items()}
    share = max(most // max(len(lines), 1), 50)
    tables = [shown_points(line, view, share) for line in lines.values()]
    across = _across(lines.values(), view)
    upright = _upright(tables, limits, view)
    own = next((line for line in lines.values() if not line.other), None)
    named = _marks(marks, own, view, across)
    shown = [mark for _, mark in named if mark.kind is not MarkKind.CHECK]
    rows = min(len(shown), MAX_ROWS) if len(shown) <= NAMED else 0
    top = 8 + rows * ROW + (22 if len(lines) > 1 else 0)
    series_drawn = _series(lines, tables, view, smooth_name)
    series_drawn.append(
        _lines_and_bands(limits, bands, named, shown if rows else [], rows, view, across)
    )
    return {
        "animation": False,
        "color": list(_colours(lines).values()),
        "grid": {
            "left": LEFT, "right": RIGHT, "top": top, "bottom": BOTTOM,
            "outerBoundsMode": "none", "containLabel": False,
        },
        "xAxis": _horizontal(across, view, header),
        "yAxis": vertical(upright, view),
        "useUTC": True,
        "legend": _legend(lines),
        "tooltip": {
            "trigger": "axis", "confine": True, "transitionDuration": 0,
            "axisPointer": {"type": "line", "animation": False},
        },
        "dataset": [{"source": table} for table in tables],
        "series": series_drawn,
    }  # fmt: skip


def ends_of(view: View) -> tuple[float, float]:
    """Both ends of the horizontal axis of a view that says what it covers, in the axis' own unit."""
    scale = _across((), view)
    return scale.low, scale.high


def around(points: Series, step: float, each_side: int) -> Series:
    """The part of a curve around a step: up to ``each_side`` points before and after it."""
    place = int(np.searchsorted(points.step, step))
    return points.where(slice(max(0, place - each_side), place + each_side))


def _across(lines: Iterable[Line], view: View) -> axes.Scale:
    """The shown part; what the lines cover where nobody chose a part."""
    ends = [
        float(places[end]) for line in lines if len(places := view.places(line)) for end in (0, -1)
    ]
    first, last = view.whole or (min(ends, default=0.0), max(ends, default=1.0))
    low = first if view.low is None else view.low
    high = last if view.high is None else view.high
    whole = view.low is None and view.high is None
    parts = axes.PARTS if whole else axes.FINE_PARTS
    if view.axis in {Axis.STEP, Axis.START}:
        return axes.linear(low, high, view.language, parts)
    if view.axis is Axis.RELATIVE:
        return axes.spans(low, high, parts)
    return axes.times(low, high, view.written, view.shift, parts)


def _upright(tables: Sequence[pa.Table], limits: Sequence[Limit], view: View) -> axes.Scale:
    columns = [
        table[name].to_numpy() for table in tables for name in ("raw", "smooth")
        if name in table.column_names
    ]  # fmt: skip
    values = np.concatenate([np.empty(0), *columns])
    values = values[np.isfinite(values)]
    if not len(values):
        return (
            axes.powers(0.1, 1.0, view.language) if view.log else axes.linear(0, 1, view.language)
        )
    low, high = float(values.min()), float(values.max())
    for limit in limits:
        low, high = with_limit(low, high, limit.value, view.log)
    if view.log:
        return axes.powers(low, high, view.language)
    return axes.linear(low, high, view.language)


def _horizontal(scale: axes.Scale, view: View, header: str) -> list[Option]:
    """The axis that places the points, unseen; and one of text beside it, with its labels.

    :param header: of a tooltip, with the place for ``{value}``.
    """
    time = view.axis in {Axis.WALL, Axis.WEEK}
    low, high = drawn(scale.low, view), drawn(scale.high, view)
    label: Option = {"show": False}
    if not time:
        spans = view.axis is Axis.RELATIVE
        label |= {"formatter": header, "precision": span_unit(view)[2] if spans else 0}
    true: Option = {
        "type": "time" if time else "value", "min": low, "max": high,
        "interval": (high - low) / max(len(scale.labels) - 1, 1), "axisPointer": {"label": label},
    }  # fmt: skip
    return [_HIDDEN | true, _WORDS | {"position": "bottom", "data": list(scale.labels)}]


def vertical(scale: axes.Scale, view: View) -> list[Option]:
    """As :func:`_horizontal`, for the values."""
    true: Option = {"type": "value", "min": scale.low, "max": scale.high, "interval": scale.step}
    if view.log:
        true |= {"type": "log", "interval": 1}
    grid = {"splitLine": {"show": True, "lineStyle": {"color": GRID}}}
    return [_HIDDEN | true | grid, _WORDS | {"position": "left", "data": list(scale.labels)}]


def _legend(lines: Mapping[str, Line]) -> Option:
    if len(lines) < 2:
        return {"show": False}
    return {
        "show": True, "type": "scroll", "top": 0, "left": 0, "right": 0, "data": _named(lines),
        "selectedMode": False, "itemWidth": 14, "itemHeight": 6, "icon": "roundRect",
    }  # fmt: skip


def _named(lines: Mapping[str, Line]) -> list[str]:
    """The names above a chart: a dashed line has its curve's colour, and a name where there is one curve."""
    own = [name for name, line in lines.items() if not line.other]
    return own if len(own) > 1 else list(lines)


def _series(
    lines: Mapping[str, Line], tables: Sequence[pa.Table], view: View, smooth_name: str
) -> list[Option]:
    found: list[Option] = []
    colours = _colours(lines)
    for index, (name, line) in enumerate(lines.items()):
        colour, alone = colours[name], len(tables[index]) == 1
        style = {"color": colour, "width": 1.6, "type": "dashed" if line.other else "solid"}
        raw: Option = {
            "type": "line", "name": name, "datasetIndex": index, "symbol": "circle",
            "encode": _encoded("raw", view), "showSymbol": alone, "symbolSize": 6,
            "connectNulls": False, "lineStyle": style, "itemStyle": {"color": colour},
        }  # fmt: skip
        found.append(raw)
        if view.smoothing and not alone:
            raw["lineStyle"] = style | {"width": 1, "opacity": 0.45}
            found.append(
                raw | {
                    "name": smooth_name.format(name=name), "encode": _encoded("smooth", view),
                    "lineStyle": style | {"width": 2},
                }
            )  # fmt: skip
    return found


def _encoded(column: str, view: View) -> Option:
    """Which columns place a point, and which one its tooltip shows."""
    shown = f"{column}_text" if own_numbers(view.language) else column
    return {"x": "x", "y": column, "tooltip": shown}


def _lines_and_bands(
    limits: Sequence[Limit],
    bands: Sequence[Band],
    marks: Sequence[tuple[float, Mark]],
    named: Sequence[Mark],
    rows: int,
    view: View,
    across: axes.Scale,
) -> Option:
    """A series without points that carries limits, regions and marks."""
    data: list[Option] = [
        {
            "yAxis": limit.value, "name": limit.label,
            "lineStyle": {"color": limit.colour, "type": "dashed", "width": 1.2},
            "label": {"formatter": "{b}", "position": "insideEndTop", "color": limit.colour},
        }
        for limit in limits
    ]  # fmt: skip
    for place, mark in marks:
        label: Option = {"show": False}
        if mark in named:
            label = {
                "show": True, "formatter": "{b}", "position": "end", "color": mark.colour,
                "distance": 2 + ROW * (named.index(mark) % rows), "fontSize": 10,
                "align": _aligned(place, across),
            }  # fmt: skip
        data.append(
            {
                "xAxis": drawn(place, view),
                "name": mark.label,
                "label": label,
                "lineStyle": {
                    "color": mark.colour,
                    "type": _TYPES.get(mark.kind, "dotted"),
                    "opacity": 0.6 if mark.kind is MarkKind.CHECK else 1,
                    "width": 1.2,
                },
            }
        )
    areas = [
        [
            {
                "yAxis": band.low, "name": band.label,
                "itemStyle": {"color": GREEN, "opacity": 0.08},
                "label": {"show": True, "position": "insideTopLeft", "color": GREEN, "fontSize": 10},
            },
            {"yAxis": band.high},
        ]
        for band in bands
    ]  # fmt: skip
    return {
        "type": "line", "name": "", "data": [], "tooltip": {"show": False},
        # ECharts rounds places to two decimals, unless told otherwise: 0.0115 would be drawn at 0.01.
        "markLine": {
            "symbol": "none", "animation": False, "silent": True, "precision": 12, "data": data,
        },
        "markArea": {"silent": True, "animation": False, "data": areas},
    }  # fmt: skip


def _marks(
    marks: Sequence[Mark], line: Line | None, view: View, across: axes.Scale
) -> list[tuple[float, Mark]]:
    """The marks of the shown part, each with its place; from left to right."""
    found = []
    for mark in marks:
        place = mark.step if line is None else view.place(mark, line)
        if across.low <= place <= across.high:
            found.append((place, mark))
    return sorted(found, key=lambda each: each[0])


def _aligned(place: float, across: axes.Scale) -> str:
    """How a mark's name lies at its line: inwards near an end, where a phone would cut it."""
    share = (place - across.low) / ((across.high - across.low) or 1.0)
    return "left" if share < NEAR_END else "right" if share > 1 - NEAR_END else "center"


def _colours(lines: Mapping[str, Line]) -> dict[str, str]:
    """A colour for each curve; what is drawn over a curve has that curve's."""
    order = list(dict.fromkeys(line.curve or name for name, line in lines.items()))
    return {
        name: PALETTE[order.index(line.curve or name) % len(PALETTE)]
        for name, line in lines.items()
    }
