"""Shared style of figures: sizes, and line colours for the light and the dark theme."""

from __future__ import annotations

import plotly.graph_objects as go

MAX_POINTS = 2000  # of a figure; more would not be visible
BLUE, ORANGE, GREEN, RED, VIOLET, GRAY = (
    "#3f82bf", "#cf8a2e", "#2f9e6c", "#d2525c", "#8b6fc4", "#83909d",
)  # fmt: skip
PALETTE = (BLUE, ORANGE, GREEN, VIOLET, RED, "#4b9fae", GRAY)
GRID = "rgba(131,144,157,0.22)"

# Plotly settings for st.plotly_chart: no toolbar, and the reader's zoom is kept.
# From the figure's top edge, not from the plot: after a resize Plotly leaves a legend that is placed
# by the plot where it was, over the curves.
LEGEND = {
    "orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top", "font": {"size": 11},
}  # fmt: skip
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


def limit_line(figure: go.Figure, value: float, label: str, colour: str = RED) -> None:
    """A threshold line, labelled at its right end."""
    figure.add_hline(
        y=value,
        line={"color": colour, "width": 1.2, "dash": "dash"},
        annotation={"text": label, "font": {"size": 10, "color": colour}, "xanchor": "right"},
        annotation_position="top right",
    )


def band(figure: go.Figure, low: float, high: float, label: str, colour: str = GREEN) -> None:
    """A named horizontal band, for example the normal range of PPO."""
    figure.add_hrect(
        y0=low,
        y1=high,
        fillcolor=colour,
        opacity=0.08,
        line_width=0,
        annotation={"text": label, "font": {"size": 10, "color": colour}},
        annotation_position="top left",
    )


MARK_ROW = 13  # pixels: the height of a mark's name


def mark(
    figure: go.Figure, x: float, label: str, colour: str = GRAY, *, row: int = 0, left: bool = False
) -> None:
    """A vertical line, for example at a restart, with its name above the plot.

    :param row: number of name rows below this one.
    :param left: put the name to the left of its line.
    """
    figure.add_vline(x=x, line={"color": colour, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=x,
        y=1,
        yref="paper",
        text=label,
        font={"size": 10, "color": colour},
        showarrow=False,
        xanchor="right" if left else "left",
        yanchor="bottom",
        yshift=row * MARK_ROW,
    )
