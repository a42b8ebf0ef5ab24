"""The reward of the tries while they trained, with a band over the seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.sweep.rewards import RewardPoint, reward_band, takeaway
from dashboard.components.chart_numbers import numbers_behind
from dashboard.components.headings import part
from dashboard.figures.reward_band import HEIGHT, reward_band_chart
from dashboard.figures.view import View
from dashboard.formatting import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.sweep.record import Sweep
    from dashboard.page import Page

KEY = "recipe-rewards"


def show(page: Page, sweep: Sweep) -> None:
    """The chart, what it shows in words, and its numbers; nothing before two tries were scored."""
    points = reward_band(page.services.client.sweep_rewards(sweep))
    if len(points) < 2:
        return
    say = page.say
    part(
        say("Reward while training"),
        help=say.raw(
            "Mean reward of an episode at each evaluation, of the tries on the week's own split: "
            "the mean of the middle half, with its interval of 95 % over the seeds. A try that "
            "diverged has no curve."
        ),
    )
    option = reward_band_chart(
        points,
        [say.raw(number(each.step)) for each in points],
        View(language=page.viewer.language),
        say.raw("mean of the middle half"),
        say.raw("95 % over the seeds"),
    )
    found = takeaway(points)
    st.echarts_chart(
        option,
        key=KEY,
        height=HEIGHT,
        alt=f"{say.raw('Reward while training')}. {say.raw(found)}",
    )
    st.caption(say(found))
    numbers_behind(page, KEY, lambda: _table(page, points), lambda: _every(points))


def _table(page: Page, points: Sequence[RewardPoint]) -> pd.DataFrame:
    say = page.say
    rows = [
        [
            say.raw(number(value))
            for value in (
                each.step,
                each.mean,
                each.interval.low,
                each.interval.high,
                each.tries,
            )
        ]
        for each in points
    ]
    heads = [say.raw("Step"), say.raw("Mean"), say.raw("Low"), say.raw("High"), say.raw("Tries")]
    return pd.DataFrame(rows, columns=heads)


def _every(points: Sequence[RewardPoint]) -> pd.DataFrame:
    rows = [
        (each.step, each.mean, each.interval.low, each.interval.high, each.tries) for each in points
    ]
    return pd.DataFrame(rows, columns=["step", "reward_iqm", "low", "high", "tries"])
