"""The reward over the steps, with restarts, changed settings and incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.telemetry.absence import absence
from core.telemetry.readings import known_series
from dashboard.components.charts import REWARD, draw_curves
from dashboard.components.curve_marks import reward_marks
from dashboard.components.headings import part
from dashboard.figures.palette import GRAY
from dashboard.figures.view import Limit

if TYPE_CHECKING:
    from core.telemetry.series import Series
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

HEIGHT = 300
LIMIT = 0.0  # a run that earns nothing


def show(page: Page, snapshot: Snapshot) -> None:
    """The reward curve with its marks, or why there is none yet."""
    say = page.say
    part(
        say("Reward over steps"),
        help=say(
            "`rollout/ep_rew_mean`, the mean of the last 100 episodes. Marks: restarts, "
            "changed settings and incidents."
        ),
    )
    series = reward(snapshot)
    if series is None or not len(series):
        with st.container(height=HEIGHT, border=True):
            run = snapshot.run
            st.caption(
                say("The run has written no events yet")
                if run is None or run.reader is None
                else say(absence(run.reader, "rollout/ep_rew_mean", snapshot.shown_until).why)
            )
        return
    draw_curves(
        page,
        {say.raw(REWARD): series},
        key="reward-curve",
        title=say.raw("Reward over steps"),
        height=HEIGHT,
        limits=[Limit(LIMIT, "", GRAY)],
        marks=reward_marks(page, snapshot, series),
    )


def reward(snapshot: Snapshot) -> Series | None:
    """``rollout/ep_rew_mean`` up to the end of the run's window; None without event files."""
    run = snapshot.run
    if run is None or run.reader is None:
        return None
    return known_series(run.reader, "rollout/ep_rew_mean", snapshot.shown_until)
