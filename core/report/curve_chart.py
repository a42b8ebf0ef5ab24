"""One curve of a training report as inline SVG, with its limits and numbered marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.language import number_in
from core.report.figure import CURVE, FAINT, LIMIT, QUIET, as_svg, new_figure
from core.telemetry.chart import downsample, later_of_a_step, with_limit
from core.telemetry.drawn_series import takeaway

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.report.speaker import Speaker
    from core.report.training_facts import Curve

POINTS = 600  # of a curve: more is not visible
_CLOSE = 0.03  # of the width: numbers of marks that are closer stand in two rows


def curve_chart(
    curve: Curve, marks: Sequence[tuple[int, float]], ends: tuple[float, float], v: Speaker
) -> str:
    """The curve over the steps.

    :param marks: number and step of each.
    :param ends: first and last step of all charts of the report.
    """
    figure = new_figure(4.7, 1.75)
    axes = figure.subplots()
    points = downsample(later_of_a_step(curve.points), POINTS)
    value = np.where(np.isfinite(points.value), points.value, np.nan)
    alone = len(points) == 1
    axes.plot(points.step, value, color=CURVE, linewidth=1.3, marker="o" if alone else None)
    low, high = _range(value)
    for limit, _ in curve.limits:
        low, high = with_limit(low, high, limit)
    for limit, text in curve.limits:
        if low <= limit <= high:
            axes.axhline(limit, color=LIMIT, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.annotate(
                text.in_(v.language), (1, limit), xycoords=("axes fraction", "data"), xytext=(-2, 2),
                textcoords="offset points", ha="right", fontsize=7, color=LIMIT, parse_math=False,
            )  # fmt: skip
    room = 0.06 * (high - low) or abs(high) or 1.0
    axes.set_ylim(low - room, high + room)
    first, last = ends
    wide = (last - first) or 1.0
    axes.set_xlim(first - 0.01 * wide, last + 0.01 * wide)
    before, row = -np.inf, 0
    for number, step in marks:
        axes.axvline(step, color=QUIET, linewidth=0.8, linestyle=":")
        row = (row + 1) % 2 if (step - before) / wide < _CLOSE else 0
        before = step
        axes.annotate(
            str(number), (step, 1), xycoords=("data", "axes fraction"), xytext=(0, 2 + 8 * row),
            textcoords="offset points", ha="center", fontsize=7.5, color=QUIET,
        )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda x, _: number_in(f"{x:,.0f}", v.language))
    axes.yaxis.set_major_formatter(lambda y, _: number_in(_short(y), v.language))
    axes.locator_params(nbins=5)
    axes.set_xlabel(v.say("step"), fontsize=8, color=QUIET, labelpad=1)
    axes.axhline(0, color=FAINT, linewidth=0.8, zorder=0)
    title = curve.title.in_(v.language)
    return as_svg(figure, f"{title}. {takeaway(title, curve.points).in_(v.language)}")


def _range(value: np.ndarray) -> tuple[float, float]:
    known = value[np.isfinite(value)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
