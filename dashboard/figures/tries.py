"""Heat map of a sweep's tries: a row for each seed, a column for each fold."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from dashboard.figures.palette import BLUE, GRAY, GREEN, ORANGE, RED, VIOLET

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROW, EDGES = 26, 92  # pixels: of a row, and of the axis with the legend
_INK = "#101418"  # readable on each of the colours below


class Look(IntEnum):
    """What the colour of a cell says; the text in it says it too."""

    GOOD = 0
    MIDDLE = 1
    BAD = 2
    DIVERGED = 3
    FAILED = 4
    OPEN = 5


COLOURS = {
    Look.GOOD: GREEN,
    Look.MIDDLE: ORANGE,
    Look.BAD: RED,
    Look.DIVERGED: VIOLET,
    Look.FAILED: GRAY,
    Look.OPEN: BLUE,
}
Cell = tuple[int, int, Look, str]  # column, row, look, text


def heat_map(
    columns: Sequence[str], rows: Sequence[str], cells: Sequence[Cell], names: Mapping[Look, str]
) -> dict[str, Any]:
    """Options of ECharts.

    :param names: of the looks that occur, for the legend.
    """
    quiet = {"axisTick": {"show": False}, "axisLine": {"show": False}, "splitLine": {"show": False}}
    return {
        "animation": False,
        "tooltip": {"show": False},
        "grid": {"left": 56, "right": 8, "top": 30, "bottom": 44},
        "xAxis": {"type": "category", "data": list(columns), "position": "top", **quiet},
        "yAxis": {"type": "category", "data": list(rows), "inverse": True, **quiet},
        "visualMap": {
            "type": "piecewise",
            "dimension": 2,
            "orient": "horizontal",
            "left": 0,
            "bottom": 0,
            "selectedMode": False,
            "pieces": [
                {"value": int(look), "label": names[look], "color": COLOURS[look]}
                for look in Look
                if look in names
            ],
        },
        "series": [
            {
                "type": "heatmap",
                "data": [[column, row, int(look), text] for column, row, look, text in cells],
                "label": {"show": True, "formatter": "{@[3]}", "color": _INK},
                "itemStyle": {"borderWidth": 2, "borderColor": "rgba(131,144,157,0.35)"},
            }
        ],
    }


def height(rows: int) -> int:
    """Pixels of a map with so many rows."""
    return EDGES + ROW * rows
