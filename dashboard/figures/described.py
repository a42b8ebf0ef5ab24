"""A Plotly figure in words and as rows: for screen readers, and for whoever wants the numbers."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from core.language import Message
from core.reading import as_set, shown_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import plotly.graph_objects as go

    from dashboard.wording import Words


PointRow = tuple[str, object, object]
"""Name of the line, place, value."""


def rows_of(figure: go.Figure) -> Iterator[PointRow]:
    """Every point, in the order of drawing."""
    for trace in figure.data:
        for x, y in zip(_values(trace.x), _values(trace.y), strict=False):
            yield trace.name or "", x, y


def takeaway(figure: go.Figure, title: str) -> list[Message]:
    """What each line or row of bars shows, and on which side of its limit it ends.

    :param title: names a line that has no name of its own.
    """
    found = []
    limits = dict(_limits(figure))
    for trace in figure.data:
        name = trace.name or title
        points = [
            (x, float(y))
            for x, y in zip(_values(trace.x), _values(trace.y), strict=False)
            if isinstance(y, int | float | np.number) and np.isfinite(float(y))
        ]
        if not points:
            found.append(Message("{name}: no finite value", name=name))
            continue
        found.append(_range(name, points))
        limit = limits.get(trace.yaxis or "y")
        if limit is not None:
            found.append(_beyond(points, limit))
    return found


def _range(name: str, points: Sequence[tuple[object, float]]) -> Message:
    low, high = min(points, key=lambda p: p[1]), max(points, key=lambda p: p[1])
    return Message(
        "{name}: {n:,} values, lowest {low} ({at}), highest {high} ({there}), last {last}",
        name=name,
        n=len(points),
        low=shown_number(low[1]),
        at=place(low[0]),
        high=shown_number(high[1]),
        there=place(high[0]),
        last=shown_number(points[-1][1]),
    )


def _beyond(points: Sequence[tuple[object, float]], limit: _Limit) -> Message:
    passes = [limit.passes(value) for _, value in points]
    others = [index for index, each in enumerate(passes) if each != passes[-1]]
    given = {"limit": as_set(limit.value)}
    if not others:
        return (
            Message("always within the limit {limit}", **given)
            if passes[-1]
            else Message("always beyond the limit {limit}", **given)
        )
    since = place(points[others[-1] + 1][0])
    if passes[-1]:
        return Message("within the limit {limit} since {place}", place=since, **given)
    return Message("beyond the limit {limit} since {place}", place=since, **given)


class _Limit(NamedTuple):
    value: float
    op: str  # how a value compares with it that passes

    def passes(self, value: float) -> bool:
        if math.isclose(value, self.value, rel_tol=1e-9):  # as the gates do
            return True
        return value > self.value if self.op == ">=" else value < self.value


def _limits(figure: go.Figure) -> Iterator[tuple[str, _Limit]]:
    """Axis and height of each horizontal line."""
    for shape in figure.layout.shapes:
        level = shape.type == "line" and shape.y0 == shape.y1
        if level and not str(shape.yref).endswith("domain"):
            yield str(shape.yref), _Limit(float(shape.y0), str(shape.name))


def _values(given: Any) -> list[object]:
    if given is None:
        return []
    if isinstance(given, np.ndarray | pd.Index) and given.dtype.kind == "M":
        return list(pd.DatetimeIndex(given).to_pydatetime())
    return list(given)


def place(x: object) -> object:
    """A place on the horizontal axis, as a value of a message."""
    if isinstance(x, datetime):
        return Message("{time:%Y-%m-%d %H:%M}", time=x)
    if isinstance(x, int | float | np.number):
        return shown_number(float(x))
    return str(x)


def table_of(rows: Sequence[PointRow], heads: Sequence[str], say: Words) -> pd.DataFrame:
    """The points as a table with numbers in the viewer's language."""
    made = [(name, _text(place(x), say), _text(_number(y), say)) for name, x, y in rows]
    table = pd.DataFrame(made, columns=list(heads))
    return table if table[heads[0]].any() else table.drop(columns=heads[0])


def _number(y: object) -> object:
    return shown_number(float(y)) if isinstance(y, int | float | np.number) else y


def _text(value: object, say: Words) -> str:
    return say.raw(value) if isinstance(value, Message) else "" if value is None else str(value)
