"""Equity compared with the market, and its drawdown."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from plotly.subplots import make_subplots

from dashboard.figures.palette import BLUE, GRAY, GRID, MAX_POINTS, ORANGE, RED
from dashboard.figures.style import LEGEND

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def equity_figure(
    time: pd.DatetimeIndex,
    lines: dict[str, np.ndarray],
    drawdown_pct: np.ndarray,
    limit_pct: float | None,
    titles: tuple[str, str],
    height: int = 360,
) -> go.Figure:
    """Two panels over one time axis; at most 2000 points together.

    :param lines: name to equity, the agent's first; each starts at 1.
    :param limit_pct: the drawdown gate, positive percent.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.05
    )
    chosen = thin(drawdown_pct, MAX_POINTS // (len(lines) + 1))
    for (name, values), colour in zip(lines.items(), (BLUE, GRAY, ORANGE), strict=False):
        figure.add_scatter(
            x=time[chosen], y=values[chosen], name=name, mode="lines",
            line={"color": colour, "width": 1.8 if colour == BLUE else 1.2}, row=1, col=1,
        )  # fmt: skip
    figure.add_scatter(
        x=time[chosen], y=drawdown_pct[chosen], name=titles[1], mode="lines", fill="tozeroy",
        line={"color": RED, "width": 1}, fillcolor="rgba(210,82,92,0.18)", showlegend=False,
        row=2, col=1,
    )  # fmt: skip
    if limit_pct is not None:
        figure.add_hline(
            y=-limit_pct, name=">=", row=2, col=1, line={"color": RED, "width": 1.2, "dash": "dash"},
            annotation={"text": f"−{limit_pct:g} %", "font": {"size": 10, "color": RED}},
            annotation_position="bottom right",
        )  # fmt: skip
    figure.update_layout(
        height=height, margin={"l": 8, "r": 8, "t": 26, "b": 8}, hovermode="x unified",
        paper_bgcolor="rgba(0,0,0,0)", plot_bgcolor="rgba(0,0,0,0)", uirevision="keep",
        legend=LEGEND, font={"size": 11},
    )  # fmt: skip
    figure.update_xaxes(gridcolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, zeroline=False, automargin=True)
    for row, title in enumerate(titles, start=1):
        figure.update_yaxes(title={"text": title, "font": {"size": 11}}, row=row, col=1)
    return figure


def thin(values: np.ndarray, most: int) -> np.ndarray:
    """Indices of at most ``most`` points: evenly spaced, and the lowest of each stretch."""
    count = len(values)
    if count <= most:
        return np.arange(count)
    bounds = np.linspace(0, count, most // 2 + 1).astype(int)
    kept = {0, count - 1}
    for start, end in itertools.pairwise(bounds):
        kept.update((start, start + int(values[start:end].argmin())))
    return np.array(sorted(kept))
