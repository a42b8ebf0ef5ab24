"""Small charts with a limit: a gate in its distribution, the agent among random policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.decision.gate_record import ResampledGate
from dashboard.figures.palette import BLUE, GRAY, GREEN, GRID, ORANGE, RED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.gates import GateResult
    from core.trading.resampling import Quantiles

_PASS, _FAIL = "rgba(47,158,108,0.55)", "rgba(210,82,92,0.50)"


def gate_figure(gate: GateResult, height: int = 88) -> go.Figure | None:
    """The gate's value on resampled records: green where it passes, red where it does not.

    The dashed line is the limit, the solid one the measured value.

    :returns: None for a gate that was not resampled.
    """
    if not isinstance(gate, ResampledGate) or gate.distribution is None:
        return None
    histogram = gate.distribution.histogram
    edges, counts = np.asarray(histogram.edges, float), np.asarray(histogram.counts, float)
    middles = (edges[:-1] + edges[1:]) / 2
    passes = middles >= gate.threshold if gate.op == ">=" else middles <= gate.threshold
    low, high = min(edges[0], gate.threshold), max(edges[-1], gate.threshold)
    pad = (high - low) * 0.04 or 1.0
    marks = [_vertical(gate.threshold, GRAY, 1.5, dash="dash")]
    if gate.value is not None:
        marks.append(_vertical(gate.value, GREEN if gate.passed else RED, 2.5))
    # Given at once: six of these stand on a page, and Plotly's update methods are slow.
    bars = go.Bar(
        x=middles, y=counts, width=np.diff(edges), hoverinfo="skip",
        marker={"line": {"width": 0}, "color": np.where(passes, _PASS, _FAIL)},
    )  # fmt: skip
    x_axis = {
        "range": [low - pad, high + pad], "showgrid": False, "nticks": 3, "tickfont": {"size": 9},
        "ticklabeloverflow": "hide past domain", "automargin": False, "zeroline": False,
    }  # fmt: skip
    layout = _quiet(height) | {
        "bargap": 0, "showlegend": False, "shapes": marks, "xaxis": x_axis,
        "yaxis": {"visible": False, "zeroline": False},
    }  # fmt: skip
    return go.Figure(bars, layout)


def among_random(
    spread: Quantiles, marks: Sequence[tuple[str, float, bool]], x_title: str, y_title: str
) -> go.Figure:
    """The share of random policies below each value, with named strategies marked.

    :param spread: of the random policies.
    :param marks: name, value, and whether it is the agent.
    """
    values, shares = list(spread.value), [100 * p for p in spread.p]
    curve = go.Scatter(
        x=values, y=shares, mode="lines", fill="tozeroy", name="",
        line={"color": GRAY, "width": 1.5}, fillcolor="rgba(131,144,157,0.20)",
        hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
    )  # fmt: skip
    lines, names = [], []
    for row, (name, value, agent) in enumerate(marks):
        colour = BLUE if agent else ORANGE
        lines.append(_vertical(value, colour, 2.5 if agent else 1.2))
        names.append(
            {
                "x": value, "y": 100 - 14 * row, "text": name, "showarrow": False,
                "xanchor": "left", "xshift": 4, "font": {"size": 11, "color": colour},
            }
        )  # fmt: skip
    axis = {"gridcolor": GRID, "zeroline": False}
    layout = _quiet(240) | {
        "showlegend": False, "margin": {"l": 8, "r": 8, "t": 10, "b": 8},
        "shapes": lines, "annotations": names,
        "xaxis": axis | {"title": {"text": x_title, "font": {"size": 11}}},
        "yaxis": axis | {
            "title": {"text": y_title, "font": {"size": 11}}, "range": [0, 106],
            "ticksuffix": " %",
        },
    }  # fmt: skip
    return go.Figure(curve, layout)


def _vertical(x: float, colour: str, width: float, **line: str) -> dict[str, object]:
    """A line at ``x`` from the bottom to the top of the plot."""
    return {
        "type": "line", "xref": "x", "yref": "y domain", "x0": x, "x1": x, "y0": 0, "y1": 1,
        "line": {"color": colour, "width": width, **line},
    }  # fmt: skip


def _quiet(height: int) -> dict[str, object]:
    """The layout of a small figure."""
    return {
        "height": height,
        "margin": {"l": 2, "r": 2, "t": 2, "b": 18},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": 11},
        "uirevision": "keep",
    }
