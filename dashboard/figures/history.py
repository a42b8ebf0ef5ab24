"""One gate over all revalidations, on real time: value, limit, interval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from core.decision.gate_record import ResampledGate
from dashboard.figures.palette import GRAY, GREEN, RED
from dashboard.figures.style import frame, limit_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import plotly.graph_objects as go

    from core.gates import GateResult
    from core.language import Language

MOST_DETAILED = 60  # points with intervals and a line; more would hide each other
_TICKS = {  # how the axis writes time, by the distance of its ticks in ms: below a day, a month, above
    "en": ("%H:%M\n%-d %b %Y", "%-d %b\n%Y", "%b %Y"),
    "pt": ("%H:%M\n%d/%m/%Y", "%d/%m\n%Y", "%m/%Y"),
}
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class GatePoint:
    """One revalidation of the chart.

    :ivar label: lines of its tooltip, as HTML; the value follows below.
    :ivar value: of the gate as pages write it; "–" where it is undefined.
    """

    at: datetime
    label: str
    value: str
    gate: GateResult | None


def gate_over_time(
    points: Sequence[GatePoint], limit: str, language: Language, height: int = 190
) -> go.Figure:
    """A point at the moment of each revalidation; an undefined value leaves a gap.

    :param points: at least one, oldest first.
    :param limit: the name of the limit line.
    """
    figure = frame(height)
    many = len(points) > MOST_DETAILED
    failed = [point.gate is None or not point.gate.passed for point in points]
    figure.add_scatter(
        x=[point.at for point in points],
        y=[None if point.gate is None else point.gate.value for point in points],
        mode="markers" if many else "lines+markers", connectgaps=False,
        customdata=[(point.label, point.value) for point in points],
        hovertemplate="%{customdata[0]}<br><b>%{customdata[1]}</b><extra></extra>",
        line={"color": GRAY, "width": 1},
        marker={
            "size": 5 if many else 8,
            "color": [RED if each else GREEN for each in failed],
            "symbol": ["x" if each else "circle" for each in failed],
        },
        error_y=_intervals(points),
    )  # fmt: skip
    known = [point.gate for point in points if point.gate is not None]
    if known:
        limit_line(figure, known[-1].threshold, limit, known[-1].op)
    figure.update_layout(hovermode="closest", hoverlabel={"align": "left"})
    first, last = points[0].at, points[-1].at
    room = max((last - first) * 0.06, timedelta(minutes=2))
    hours, days, months = _TICKS[language]
    figure.update_xaxes(
        type="date", showgrid=False, tickangle=0, nticks=4, tickfont={"size": 10},
        range=[first - room, last + room],
        tickformatstops=[
            {"dtickrange": [None, _DAY_MS - 1], "value": hours},
            {"dtickrange": [_DAY_MS, "M1"], "value": days},
            {"dtickrange": ["M1", None], "value": months},
        ],
    )  # fmt: skip
    return figure


def _intervals(points: Sequence[GatePoint]) -> dict[str, object]:
    if len(points) > MOST_DETAILED:
        return {"visible": False}
    spans = [_span(point.gate) for point in points]
    return {
        "type": "data", "symmetric": False, "thickness": 1, "width": 3, "color": GRAY,
        "array": [up for up, _ in spans], "arrayminus": [down for _, down in spans],
    }  # fmt: skip


def _span(gate: GateResult | None) -> tuple[float, float]:
    """How far the interval reaches above and below the value."""
    interval = gate.ci95 if isinstance(gate, ResampledGate) else None
    if interval is None or gate is None or gate.value is None:
        return 0.0, 0.0
    low, high = interval
    return max(high - gate.value, 0.0), max(gate.value - low, 0.0)
