"""Figures of reports as inline SVG: one look, and the same bytes for the same numbers.

Text stays text, so it takes the page's font.
"""

from __future__ import annotations

import io
import re
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, QUIET, FAINT = "#1c2430", "#6b7684", "#d9dee5"
CURVE, REFERENCE, LOSS, LIMIT = "#14539a", "#9aa5b1", "#b3392f", "#b3392f"


def new_figure(width: float, height: float) -> Figure:
    """An empty figure, in inches."""
    # Without pyplot: no backend, no state shared between threads.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def as_svg(figure: Figure, title: str) -> str:
    """The figure as inline SVG, with its axes in the reports' look.

    :param title: its text for screen readers; makes its ids its own within a page.
    """
    import matplotlib

    for axes in figure.axes:
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(FAINT)
        axes.tick_params(colors=QUIET, labelsize=8)
        axes.yaxis.label.set(color=QUIET, size=8)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
    out = io.StringIO()
    # A fixed salt and no date: the same numbers give the same bytes.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title}):
        figure.savefig(
            out, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"', r"<svg \1", svg, count=1)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    return re.sub(r"font-family: [^;\"]*; ?", "", svg)
