"""Shared style of Plotly figures."""

from __future__ import annotations

import plotly.graph_objects as go

from dashboard.figures.palette import GRID, RED

# From the figure's top edge, not from the plot: after a resize Plotly leaves a legend that is placed
# by the plot where it was, over the curves.
LEGEND = {
    "orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 11},
}  # fmt: skip
# Plotly settings for st.plotly_chart: no toolbar, and the reader's zoom is kept.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}
STILL = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def frame(height: int, *, legend: bool = False, x_title: str = "", y_title: str = "") -> go.Figure:
    """An empty figure with our axes."""
    axis = {"showgrid": True, "gridcolor": GRID, "zeroline": False, "automargin": True}
    title = {"standoff": 4, "font": {"size": 11}}
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 26 if legend else 10, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": legend,
            "legend": LEGEND,
            "hovermode": "x unified",
            "hoverlabel": {"namelength": -1},
            "uirevision": "keep",
            "font": {"size": 11},
            "xaxis": axis | {"title": title | {"text": x_title}},
            "yaxis": axis | {"title": title | {"text": y_title}},
        }
    )  # fmt: skip


def limit_line(figure: go.Figure, value: float, label: str, op: str, colour: str = RED) -> None:
    """A threshold line, labelled at its right end.

    :param op: ">=" or "<=": how a value compares with it that passes.
    """
    figure.add_hline(
        y=value,
        name=op,
        line={"color": colour, "width": 1.2, "dash": "dash"},
        annotation={"text": label, "font": {"size": 10, "color": colour}, "xanchor": "right"},
        annotation_position="top right",
    )
