"""The charts of the live page with their limits and normal ranges, and drawing curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from core.checks.case import SIGNS
from core.language import Message
from core.telemetry.drawn_series import ENTROPY_TAG, crossing, takeaway
from dashboard.components.chart_numbers import csv_of_curves, numbers_behind, of_curves
from dashboard.figures.curves import curve
from dashboard.figures.palette import GRAY, MAX_POINTS, ORANGE
from dashboard.figures.shown_points import own_numbers, span_unit
from dashboard.figures.view import Axis, Band, Limit, Line, Mark, View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.playbook import Playbook
    from core.telemetry.series import Series
    from dashboard.page import Page

KL_NORMAL = 0.03  # the median KL of 85 % of healthy public PPO runs is lower


@dataclass(frozen=True)
class Chart:
    """One chart.

    :ivar tags: name of each curve to its tag.
    :ivar meaning_of: tag whose meaning is shown with the chart.
    :ivar check: check of the playbook that gives the limit line.
    :ivar zero: draw a line at 0.
    :ivar kl_band: mark the normal range of KL.
    """

    key: str
    title: Message
    tags: Mapping[Message, str]
    meaning_of: str
    check: str | None = None
    zero: bool = False
    kl_band: bool = field(default=False)

    def limits(self, page: Page, playbook: Playbook | None) -> list[Limit]:
        """The chart's horizontal lines: zero, and the limit of its check if the playbook has it."""
        found = [Limit(0.0, "", GRAY)] if self.zero else []
        spec = playbook.checks.get(self.check) if self.check and playbook else None
        if spec is not None and isinstance(spec.threshold, float):
            limit = page.say.raw(
                "limit {op} {limit:g}", op=SIGNS.get(spec.op, spec.op), limit=spec.threshold
            )
            found.append(Limit(spec.threshold, limit, ORANGE))
        return found

    def bands(self, page: Page) -> list[Band]:
        """The range of normal KL, for the chart that shows it."""
        if not self.kl_band:
            return []
        label = page.say.raw("below {limit}: normal for PPO", limit=KL_NORMAL)
        return [Band(0.0, KL_NORMAL, label)]

    @staticmethod
    def speed_limit(page: Page, playbook: Playbook) -> Limit:
        """The playbook's minimum speed, in steps per second."""
        slowest = playbook.training.min_steps_per_second
        return Limit(slowest, page.say.raw("limit ≥ {limit:,.0f}", limit=slowest), ORANGE)


REWARD, KL, SPEED = Message("Reward"), Message("KL divergence"), Message("Steps per second")
SHARPE = Message("Validation Sharpe")
EXPLAINED, ENTROPY = Message("Explained variance"), Message("Entropy")
CHARTS = (
    Chart("reward", REWARD, {REWARD: "rollout/ep_rew_mean"}, "rollout/ep_rew_mean", zero=True),
    Chart("kl", KL, {KL: "train/approx_kl"}, "train/approx_kl",
          check="kl_divergence", kl_band=True),
    Chart("losses", Message("Losses"),
          {Message("value"): "train/value_loss", Message("last minibatch"): "train/loss",
           Message("policy"): "train/policy_gradient_loss"}, "train/value_loss"),
    Chart("explained", EXPLAINED, {EXPLAINED: "train/explained_variance"},
          "train/explained_variance", zero=True),
    Chart("entropy", ENTROPY, {ENTROPY: ENTROPY_TAG}, ENTROPY_TAG),
    Chart("sharpe", SHARPE, {SHARPE: "eval/sharpe"}, "eval/sharpe", zero=True),
)  # fmt: skip


def draw_curves(
    page: Page,
    series: Mapping[str, Series | Line],
    *,
    key: str,
    title: str,
    height: int,
    limits: Sequence[Limit] = (),
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
    view: View | None = None,
    numbers: bool = True,
    most: int = MAX_POINTS,
) -> None:
    """Draw named curves; the key keeps the very same chart in the browser when points are added.

    :param title: of the chart; with what the curves show it is its text for screen readers.
    :param height: pixels.
    :param view: how they are shown; None: over the steps, as logged.
    :param most: points of all curves together.
    :param numbers: with a button for the numbers; False: the page has a table of its own.
    """
    say = page.say
    view = view or View(language=page.viewer.language)
    steps = say.raw("Step {value}", value="{value}")
    if own_numbers(view.language):  # the step then stands beside the value
        steps = say.raw("Value · step")
    option = curve(
        series,
        limits=limits,
        bands=bands,
        marks=marks,
        view=view,
        most=most,
        smooth_name=say.raw("{name}, smoothed", name="{name}"),
        header=f"{{value}} {span_unit(view)[1]}" if view.axis is Axis.RELATIVE else steps,
    )
    alt = f"{say.raw(title)}. {'; '.join(map(say.raw, _said(series, limits)))}."
    st.echarts_chart(option, key=key, height=height, alt=alt)
    if numbers:
        numbers_behind(
            page, key, lambda: of_curves(page, series, view), lambda: csv_of_curves(series, view)
        )


def _said(series: Mapping[str, Series | Line], limits: Sequence[Limit]) -> list[Message]:
    """What the chart shows, and since when its own curves are beyond its limits."""
    found: list[Message] = []
    for name, each in series.items():
        line = each if isinstance(each, Line) else Line(each)
        found.append(takeaway(name, line.points))
        if not line.other:
            crossed = (crossing(name, line.points, limit.value) for limit in limits)
            found += [one for one in crossed if one is not None]
    return found
