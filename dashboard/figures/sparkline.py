"""A tile's curve as a small picture: the chart of st.metric would load a chart library of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 120, 28  # of the drawing; the picture takes the width of its tile
EDGE = 2  # room for the line's own width


def sparkline(values: Sequence[float], colour: str) -> str:
    """An SVG of the values from left to right, the lowest at the bottom; equal ones lie half way up.

    :param values: at least two, finite.
    :param colour: as #rrggbb.
    """
    low, high = min(values), max(values)
    room = HEIGHT - 2 * EDGE

    def height(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return EDGE + (1 - share) * room

    points = " ".join(
        f"{index / (len(values) - 1) * WIDTH:.1f},{height(value):.1f}"
        for index, value in enumerate(values)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'preserveAspectRatio="none"><polyline points="{points}" fill="none" stroke="{colour}" '
        'stroke-width="1.5" stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )
