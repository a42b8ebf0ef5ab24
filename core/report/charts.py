"""The memo's charts as inline SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.metrics.drawdown import underwater
from core.report import labels
from core.report.figure import CURVE, FAINT, INK, LIMIT, LOSS, QUIET, REFERENCE, as_svg, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from core.report.speaker import Speaker

BUCKETS = 500  # per line, each with its lowest and highest point: more is not visible


def equity_chart(
    times: pd.Series,
    equity: np.ndarray,
    references: Sequence[tuple[str, np.ndarray]],
    max_drawdown_pct: float,
    v: Speaker,
) -> str:
    """Growth compared with references, above the drawdown with its gate's limit; inline SVG.

    :param times: of the marks, shape (n,).
    :param equity: shape (n,), any unit.
    :param references: name and equity, each of the shape of ``equity``.
    """
    growth = v.say("growth, %")
    figure = new_figure(7.4, 3.0)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2.4, 1])
    moments = pd.to_datetime(times, utc=True).dt.tz_localize(None).to_numpy()
    for (name, curve), dash in zip(references, ("--", ":"), strict=False):
        _line(upper, moments, _growth(curve), REFERENCE, name, dash, 1.1)
    _line(upper, moments, _growth(equity), CURVE, labels.AGENT.in_(v.language), "-", 1.5)
    upper.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    upper.set_ylabel(growth)
    upper.legend(
        loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, frameon=False, fontsize=8,
        labelcolor=INK, ncols=3,
    )  # fmt: skip
    below = -underwater(equity) * 100
    x, y = _thinned(moments, below)
    lower.fill_between(x, y, 0, color=LOSS, alpha=0.25, linewidth=0)
    lower.plot(x, y, color=LOSS, linewidth=0.9)
    lower.axhline(-max_drawdown_pct, color=LIMIT, linewidth=0.9, linestyle=(0, (4, 3)))
    lower.annotate(
        v.say("Limit {limit:g} %", limit=max_drawdown_pct),
        (1, -max_drawdown_pct), xycoords=("axes fraction", "data"), xytext=(-2, 3),
        textcoords="offset points", ha="right", fontsize=7.5, color=LIMIT,
    )  # fmt: skip
    lower.set_ylim(min(below.min(), -max_drawdown_pct) * 1.15, 0)
    lower.set_ylabel(v.say("drawdown, %"))
    return as_svg(figure, growth)


def episode_chart(numbers: Sequence[object], returns_pct: Sequence[float], label: str) -> str:
    """The return of each episode as a bar."""
    figure = new_figure(4.6, 1.45)
    axes = figure.subplots()
    colours = [CURVE if value >= 0 else LOSS for value in returns_pct]
    axes.bar([str(number) for number in numbers], returns_pct, color=colours, width=0.62)
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.set_ylabel(label)
    axes.tick_params(axis="x", length=0)
    return as_svg(figure, label)


def _line(
    axes: Axes,
    moments: np.ndarray,
    values: np.ndarray,
    colour: str,
    name: str,
    dash: str,
    width: float,
) -> None:
    x, y = _thinned(moments, values)
    axes.plot(x, y, color=colour, linewidth=width, linestyle=dash, label=name)


def _growth(equity: np.ndarray) -> np.ndarray:
    growth: np.ndarray = (equity / equity[0] - 1.0) * 100.0
    return growth


def _thinned(moments: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest point of each bucket, in order, so that no peak is lost."""
    if len(values) <= 2 * BUCKETS:
        return moments, values
    kept = {0, len(values) - 1}
    for bucket in np.array_split(np.arange(len(values)), BUCKETS):
        kept |= {bucket[0] + values[bucket].argmin(), bucket[0] + values[bucket].argmax()}
    order = np.array(sorted(kept))
    return moments[order], values[order]
