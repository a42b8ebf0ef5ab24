"""Small charts with a limit: a gate in its distribution, the agent among random policies."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.decision.gate_record import ResampledGate
from dashboard.figures.palette import BLUE, GRAY, GREEN, GRID, ORANGE, RED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from core.gates import GateResult
    from core.trading.resampling import Quantiles

WIDE, TALL = 240.0, 64.0  # of the picture of a gate, in its own unit
# A picture doesn't know the page's theme, but it knows the scheme that the theme follows.
_TEXT = (
    "text{font:10px sans-serif;fill:#56626e}@media(prefers-color-scheme:dark){text{fill:#a7b3bf}}"
)


def gate_picture(gate: GateResult, written: Callable[[float], str]) -> str | None:
    """The gate's value on resampled records as an SVG: green where it passes, red where it does not.

    The dashed line is the limit, the solid one the measured value. A picture is one element of the
    page, where a chart of a library has more than a hundred; six of these stand on a page.

    :param written: a number as text, for both ends of the axis.
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

    def across(value: float) -> float:
        return WIDE * (value - low + pad) / (high - low + 2 * pad)

    most = float(counts.max()) or 1.0
    parts = [
        f'<rect x="{across(left):.1f}" y="{TALL * (1 - count / most):.1f}" '
        f'width="{across(right) - across(left):.1f}" height="{TALL * count / most:.1f}" '
        f'fill="{GREEN if good else RED}" fill-opacity="0.55"/>'
        for left, right, count, good in zip(edges[:-1], edges[1:], counts, passes, strict=True)
        if count
    ]
    parts.append(_upright(across(gate.threshold), GRAY, 1.5, ' stroke-dasharray="5 3"'))
    if gate.value is not None and math.isfinite(gate.value):
        at = min(max(across(gate.value), 0.0), WIDE)
        parts.append(_upright(at, GREEN if gate.passed else RED, 2.5))
    for value, anchor in ((low, "start"), (high, "end")):
        text = escape(written(float(value)))
        parts.append(
            f'<text x="{across(value):.1f}" y="{TALL + 13}" text-anchor="{anchor}">{text}</text>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} {TALL + 18:.0f}">'
        f"<style>{_TEXT}</style>{''.join(parts)}</svg>"
    )


def _upright(x: float, colour: str, width: float, more: str = "") -> str:
    return (
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{TALL:.0f}" stroke="{colour}" '
        f'stroke-width="{width}"{more}/>'
    )


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
