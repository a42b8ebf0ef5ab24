"""This week: "is anything wrong, and what do I have to do next?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import new_week, reward_curve, run_summary
from dashboard.components.alerts import alerts, one_state
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import no_run
from dashboard.navigation import switch
from dashboard.panels.this_week import (
    next_due,
    recent_activity,
    since_visit,
    timeline,
    wrong_now,
)

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick; without a week, the form that creates one."""
    first = page.snapshot()
    if first is None:
        new_week.show(page)
        return
    if first.week.only_watched:  # it has no schedule
        switch("live_training")

    def body() -> None:
        with boundary(page.say):
            snapshot = page.snapshot()
            if snapshot is not None:
                one_state(alerts(page, snapshot))
                _draw(page, snapshot)

    page.live(body)


def _draw(page: Page, snapshot: Snapshot) -> None:
    wrong_now.show(page, snapshot)
    next_due.show(page, snapshot)
    since_visit.show(page, snapshot)
    if snapshot.run is None:
        no_run(page)
    else:
        run_summary.show(page, snapshot)
    timeline.show(page, snapshot)
    if snapshot.run is None:  # no curve yet
        recent_activity.show(page, snapshot)
        return
    left, right = st.columns((2, 1), gap="medium")
    with left:
        reward_curve.show(page, snapshot)
    with right:
        recent_activity.show(page, snapshot)
