"""The cone of a forecast, with the days that came drawn into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboard.figures.palette import BLUE, GRAY, GRID, ORANGE
from dashboard.figures.style import LEGEND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.trading.forecast import Band


def cone_figure(
    band: Band,
    truth: Sequence[float],
    names: tuple[str, str, str, str],
    axes: tuple[str, str],
    height: int = 320,
) -> go.Figure:
    """Return in percent by day, from 0.

    :param truth: equity at the close of each day that came, start = 1.
    :param names: of the lower end, the upper end, the middle and the truth.
    :param axes: titles of the day and of the return.
    """
    days = list(range(len(band.low) + 1))
    figure = go.Figure()
    ends = {"color": GRAY, "width": 1}
    figure.add_scatter(x=days, y=_percent(band.low), name=names[0], mode="lines", line=ends)
    figure.add_scatter(
        x=days, y=_percent(band.high), name=names[1], mode="lines", line=ends,
        fill="tonexty", fillcolor="rgba(63,130,191,0.16)",
    )  # fmt: skip
    figure.add_scatter(
        x=days, y=_percent(band.median), name=names[2], mode="lines",
        line={"color": BLUE, "width": 1.2, "dash": "dot"},
    )  # fmt: skip
    if truth:
        figure.add_scatter(
            x=days[: len(truth) + 1], y=_percent(truth), name=names[3], mode="lines+markers",
            line={"color": ORANGE, "width": 2.4}, marker={"size": 5},
        )  # fmt: skip
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 26, "b": 8}, hovermode="x unified",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", uirevision="keep",
        legend=LEGEND, font={"size": 11},
    )  # fmt: skip
    small = {"size": 11}
    figure.update_xaxes(gridcolor=GRID, title={"text": axes[0], "font": small}, automargin=True)
    figure.update_yaxes(gridcolor=GRID, title={"text": axes[1], "font": small}, automargin=True)
    return figure


def _percent(values: Sequence[float]) -> list[float]:
    return [0.0, *(100.0 * (value - 1.0) for value in values)]
