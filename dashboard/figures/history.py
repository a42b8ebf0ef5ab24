"""One gate over all revalidations: value, limit, interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.decision.gate_record import ResampledGate
from dashboard.figures.style import GRAY, GREEN, RED, frame, limit_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from core.gates import GateResult


def gate_over_time(
    days: Sequence[str],
    labels: Sequence[str],
    gates: Sequence[GateResult | None],
    limit: str,
    height: int = 170,
) -> go.Figure:
    """Points in the order of the revalidations; an undefined value leaves a gap.

    :param days: of the revalidations, as the axis shows them.
    :param labels: of the revalidations, for the hover text.
    :param gates: the gate's record in each decision; None where it has none.
    :param limit: the name of the limit line.
    """
    figure = frame(height)
    values = [None if gate is None else gate.value for gate in gates]
    colours = [GREEN if gate and gate.passed else RED for gate in gates]
    spans = [_span(gate) for gate in gates]
    figure.add_scatter(
        x=list(range(len(labels))), y=values, mode="lines+markers", connectgaps=False,
        customdata=list(labels), hovertemplate="%{customdata}: %{y:.4f}<extra></extra>",
        line={"color": GRAY, "width": 1}, marker={"size": 9, "color": colours},
        error_y={
            "type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": GRAY,
            "array": [up for up, _ in spans], "arrayminus": [down for _, down in spans],
        },
    )  # fmt: skip
    known = [gate for gate in gates if gate is not None]
    if known:
        limit_line(figure, known[-1].threshold, limit)
    figure.update_layout(hovermode="closest")
    last = len(labels) - 1
    ends = sorted({0, last})  # the tooltip of each point has its day
    figure.update_xaxes(
        tickmode="array", tickvals=ends, tickangle=0, showgrid=False, tickfont={"size": 10},
        ticktext=[days[at] for at in ends],
        range=[-0.6, max(last, 0) + 0.6 + 0.08 * len(labels)],
    )  # fmt: skip
    return figure


def _span(gate: GateResult | None) -> tuple[float, float]:
    """How far the interval reaches above and below the value."""
    interval = gate.ci95 if isinstance(gate, ResampledGate) else None
    if interval is None or gate is None or gate.value is None:
        return 0.0, 0.0
    low, high = interval
    return max(high - gate.value, 0.0), max(gate.value - low, 0.0)
