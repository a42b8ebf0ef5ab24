"""The reward of a sweep's tries over the steps: one line with a band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.figures import axes
from dashboard.figures.curves import vertical
from dashboard.figures.palette import BLUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.sweep.rewards import RewardPoint
    from dashboard.figures.view import View

HEIGHT = 260  # pixels
_QUIET = {"type": "line", "stack": "band", "stackStrategy": "all", "symbol": "none", "silent": True}


def reward_band_chart(
    points: Sequence[RewardPoint], steps: Sequence[str], view: View, mean: str, band: str
) -> dict[str, Any]:
    """Options of ECharts.

    :param steps: label of each point's step.
    :param mean: name of the line; ``band`` of the interval, for the legend.
    """
    lows = [each.interval.low for each in points]
    highs = [each.interval.high for each in points]
    scale = axes.linear(min(lows), max(highs), view.language)
    return {
        "animation": False,
        "tooltip": {"show": False},
        "grid": {"left": 64, "right": 12, "top": 30, "bottom": 28},
        "legend": {"show": True, "top": 0, "left": 0, "selectedMode": False, "data": [mean, band]},
        "xAxis": {"type": "category", "data": list(steps), "boundaryGap": False},
        "yAxis": vertical(scale, view),
        "series": [
            _QUIET | {"data": lows, "lineStyle": {"opacity": 0}},
            _QUIET
            | {
                "name": band,
                "data": [high - low for low, high in zip(lows, highs, strict=True)],
                "lineStyle": {"opacity": 0},
                "itemStyle": {"color": BLUE, "opacity": 0.35},
                "areaStyle": {"color": BLUE, "opacity": 0.22},
            },
            {
                "type": "line",
                "name": mean,
                "data": [each.mean for each in points],
                "symbol": "circle",
                "symbolSize": 5,
                "lineStyle": {"color": BLUE, "width": 2},
                "itemStyle": {"color": BLUE},
            },
        ],
    }
