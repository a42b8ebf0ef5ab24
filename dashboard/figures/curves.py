"""Curves of a run over its steps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from core.telemetry.chart import downsample, later_of_a_step
from dashboard.figures.style import MARK_ROW, MAX_POINTS, PALETTE, band, frame, limit_line, mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from core.telemetry import Series

MAX_ROWS = 3  # rows of mark names above a plot; further names reuse them


@dataclass(frozen=True)
class Limit:
    """A threshold line."""

    value: float
    label: str
    colour: str


@dataclass(frozen=True)
class Band:
    """A named region."""

    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Mark:
    """A named place on the step axis."""

    step: float
    label: str
    colour: str


def curve(
    series: Mapping[str, Series],
    *,
    height: int = 220,
    limits: Sequence[Limit] = (),
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
    y_log: bool = False,
    x_title: str = "",
) -> go.Figure:
    """Named series over their steps, at most 2000 points together.

    A step that is logged twice shows the later point; the raw series keeps both.

    Gaps stay gaps: a value that is not finite breaks the line.
    """
    figure = frame(height, legend=len(series) > 1, x_title=x_title)
    share = max(MAX_POINTS // max(len(series), 1), 50)
    for (name, points), colour in zip(series.items(), _colours(len(series)), strict=False):
        points = downsample(later_of_a_step(points), share)
        values = np.where(np.isfinite(points.value), points.value, np.nan)
        alone = len(values) == 1
        figure.add_scatter(
            x=points.step,
            y=values,
            name=escape(name, quote=False),  # Plotly reads names as HTML
            mode="markers" if alone else "lines",
            line={"color": colour, "width": 1.6},
            marker={"color": colour, "size": 6},
            connectgaps=False,
        )
    for region in bands:
        band(figure, region.low, region.high, region.label)
    for limit in limits:
        limit_line(figure, limit.value, limit.label, limit.colour)
    _name(figure, marks, series)
    figure.update_xaxes(tickformat="~s")
    if y_log:
        figure.update_yaxes(type="log", exponentformat="power")
        for name in figure.select_annotations({"yref": "y"}):
            name.y = math.log10(
                name.y
            )  # Plotly places shapes by value, but their names by exponent
    return figure


def _name(figure: go.Figure, marks: Sequence[Mark], series: Mapping[str, Series]) -> None:
    """Draw the marks, with their names in rows above the plot."""
    if not marks:
        return
    ends = [float(step) for points in series.values() for step in points.step[[0, -1]]]
    middle = (min(ends) + max(ends)) / 2 if ends else 0.0
    rows = min(len(marks), MAX_ROWS)
    for number, place in enumerate(sorted(marks, key=lambda place: place.step)):
        left = place.step > middle  # else the name would run out of the figure
        mark(figure, place.step, place.label, place.colour, row=number % rows, left=left)
    over = rows * MARK_ROW
    figure.update_layout(margin_t=figure.layout.margin.t + over)  # the legend stays above them


def around(points: Series, step: float, each_side: int) -> Series:
    """The part of a curve around a step: up to ``each_side`` points before and after it."""
    place = int(np.searchsorted(points.step, step))
    return points.where(slice(max(0, place - each_side), place + each_side))


def step_at(points: Series, wall: float) -> float | None:
    """The run's step at a unix time; None outside the curve."""
    if len(points.wall) == 0 or wall < points.wall[0]:
        return None
    return float(np.interp(wall, points.wall, points.step))


def _colours(count: int) -> list[str]:
    return [PALETTE[index % len(PALETTE)] for index in range(count)]
