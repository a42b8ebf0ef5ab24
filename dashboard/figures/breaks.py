"""Figures of the stress tests: return at other costs, by part of the year, by episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.figures.palette import BLUE, GRAY, GREEN, ORANGE, RED
from dashboard.figures.style import frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

DECISION_COLOURS = {"GO": GREEN, "PARTIAL": ORANGE, "NO-GO": RED}


def cost_figure(points: Sequence[tuple[str, float, str]]) -> go.Figure:
    """Return at several costs, one bar each, coloured and named by its decision.

    :param points: label of the cost, return in percent, decision.
    """
    figure = frame(190)
    figure.add_bar(
        x=[label for label, _, _ in points],
        y=[value for _, value, _ in points],
        text=[decision for _, _, decision in points],
        textposition="outside",
        textangle=0,
        cliponaxis=False,
        textfont={"size": 10},
        marker_color=[DECISION_COLOURS.get(decision, GRAY) for _, _, decision in points],
        hovertemplate="%{x}: %{y:.2f} %, %{text}<extra></extra>",
    )
    figure.update_layout(hovermode="closest", bargap=0.35)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(ticksuffix=" %", zeroline=True, zerolinecolor=GRAY)
    return figure


def parts_figure(
    labels: Sequence[str],
    agent: Sequence[float],
    market: Sequence[float],
    names: tuple[str, str],
) -> go.Figure:
    """Return of the agent beside the market's, a pair of bars for each part; percent.

    :param labels: names of the parts; one with a comma is written in two lines.
    """
    figure = frame(210, legend=True)
    labels = [label.replace(", ", ",<br>") for label in labels]
    for name, values, colour in ((names[0], agent, BLUE), (names[1], market, GRAY)):
        figure.add_bar(
            x=list(labels), y=list(values), name=name, marker_color=colour,
            hovertemplate="%{y:.2f} %",
        )  # fmt: skip
    figure.update_layout(bargap=0.3, barmode="group")
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(ticksuffix=" %", zeroline=True, zerolinecolor=GRAY)
    return figure


def episode_figure(episodes: Sequence[tuple[str, float]]) -> go.Figure:
    """Return of each episode, percent; losses are red.

    :param episodes: name and return.
    """
    figure = frame(150)
    figure.add_bar(
        x=[name for name, _ in episodes],
        y=[value for _, value in episodes],
        marker_color=[BLUE if value >= 0 else RED for _, value in episodes],
        hovertemplate="%{x}: %{y:.2f} %<extra></extra>",
    )
    figure.update_layout(hovermode="closest", bargap=0.35)
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(ticksuffix=" %", zeroline=True, zerolinecolor=GRAY)
    return figure
