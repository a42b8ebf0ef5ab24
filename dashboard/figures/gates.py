"""Small charts with a limit: a gate in its distribution, the agent among random policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.decision.gate_record import ResampledGate
from dashboard.figures.style import BLUE, GRAY, GREEN, GRID, ORANGE, RED

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
    figure = go.Figure()
    figure.add_bar(
        x=middles, y=counts, width=np.diff(edges), marker={"line": {"width": 0}},
        marker_color=np.where(passes, _PASS, _FAIL), hoverinfo="skip",
    )  # fmt: skip
    figure.add_vline(x=gate.threshold, line={"color": GRAY, "width": 1.5, "dash": "dash"})
    if gate.value is not None:
        colour = GREEN if gate.passed else RED
        figure.add_vline(x=gate.value, line={"color": colour, "width": 2.5})
    low, high = min(edges[0], gate.threshold), max(edges[-1], gate.threshold)
    pad = (high - low) * 0.04 or 1.0
    _quiet(figure, height)
    figure.update_layout(bargap=0, showlegend=False)
    figure.update_xaxes(
        range=[low - pad, high + pad], showgrid=False, nticks=3, tickfont={"size": 9},
        ticklabeloverflow="hide past domain", automargin=False,
    )  # fmt: skip
    figure.update_yaxes(visible=False)
    return figure


def among_random(
    spread: Quantiles, marks: Sequence[tuple[str, float, bool]], x_title: str, y_title: str
) -> go.Figure:
    """The share of random policies below each value, with named strategies marked.

    :param spread: of the random policies.
    :param marks: name, value, and whether it is the agent.
    """
    figure = go.Figure()
    values, shares = list(spread.value), [100 * p for p in spread.p]
    figure.add_scatter(
        x=values, y=shares, mode="lines", fill="tozeroy", name="",
        line={"color": GRAY, "width": 1.5}, fillcolor="rgba(131,144,157,0.20)",
        hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
    )  # fmt: skip
    for row, (name, value, agent) in enumerate(marks):
        colour = BLUE if agent else ORANGE
        figure.add_vline(x=value, line={"color": colour, "width": 2.5 if agent else 1.2})
        figure.add_annotation(
            x=value, y=100 - 14 * row, text=name, showarrow=False, xanchor="left", xshift=4,
            font={"size": 11, "color": colour},
        )  # fmt: skip
    _quiet(figure, 240)
    figure.update_layout(showlegend=False, margin={"l": 8, "r": 8, "t": 10, "b": 8})
    figure.update_xaxes(title={"text": x_title, "font": {"size": 11}}, gridcolor=GRID)
    figure.update_yaxes(
        title={"text": y_title, "font": {"size": 11}}, gridcolor=GRID, range=[0, 106],
        ticksuffix=" %",
    )  # fmt: skip
    return figure


def _quiet(figure: go.Figure, height: int) -> None:
    figure.update_layout(
        height=height,
        margin={"l": 2, "r": 2, "t": 2, "b": 18},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"size": 11},
        uirevision="keep",
    )
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
