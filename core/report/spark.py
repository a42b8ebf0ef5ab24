"""A gate's distribution as a small inline SVG, with its limit."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from core.metrics.conventions import meets_limit

if TYPE_CHECKING:
    from core.decision.gate_record import GateRecord

WIDTH, HEIGHT, BASE = 132, 30, 26
PASSED, FAILED, INK, LIMIT = "#7fb899", "#dd9a92", "#1c2430", "#5d6875"


def gate_spark(gate: GateRecord, label: str) -> str:
    """Histogram of the resampled values, coloured by pass and fail; empty without one.

    The dashed line is the limit, the dot the value. Values outside the plotted range are
    drawn at its edge.

    :param label: text alternative for screen readers.
    """
    found = gate.distribution
    if found is None:
        return ""
    edges, counts = found.histogram.edges, found.histogram.counts
    limit, value = gate.threshold, gate.value
    low, high = min(edges[0], limit), max(edges[-1], limit)
    room = (high - low) * 0.04 or 1.0
    low, high = low - room, high + room

    def x(at: float) -> float:
        return min(max((at - low) / (high - low), 0.0), 1.0) * WIDTH

    tallest = max(counts) or 1
    bars = "".join(
        f'<rect x="{x(left):.1f}" y="{BASE - count / tallest * (BASE - 3):.1f}" '
        f'width="{max(x(right) - x(left) - 0.4, 0.5):.1f}" '
        f'height="{count / tallest * (BASE - 3):.1f}" fill="{_colour(gate, (left + right) / 2)}"/>'
        for left, right, count in zip(edges, edges[1:], counts, strict=False)
        if count
    )
    dot = "" if value is None else f'<circle cx="{x(value):.1f}" cy="{BASE}" r="2.6" fill="{INK}"/>'
    return (
        f'<svg class="spark" role="img" aria-label="{escape(label, quote=True)}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">{bars}'
        f'<line x1="0" x2="{WIDTH}" y1="{BASE}" y2="{BASE}" stroke="#d9dee5" stroke-width="0.8"/>'
        f'<line x1="{x(limit):.1f}" x2="{x(limit):.1f}" y1="1" y2="{HEIGHT - 1}" '
        f'stroke="{LIMIT}" stroke-width="1.1" stroke-dasharray="3 2"/>{dot}</svg>'
    )


def _colour(gate: GateRecord, value: float) -> str:
    return PASSED if meets_limit(value, gate.op, gate.threshold) else FAILED
