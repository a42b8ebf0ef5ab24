"""This week: "is anything wrong, and what do I have to do next?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import new_week, reward_curve, run_summary
from dashboard.components.empty_state import no_run
from dashboard.components.live import live_part
from dashboard.navigation import switch
from dashboard.page import TICK_SECONDS
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
    """Draw the page and redraw it on each tick; without a week, the form that creates one.

    The timeline is most of the page and seldom changes: it has no timer, and once one of its texts
    has changed the whole page is drawn again.
    """
    first = page.snapshot()
    if first is None:
        new_week.show(page)
        return
    if first.week.only_watched:  # it has no schedule
        switch("live_training")
    drawn = _seldom(page, first)

    def now(page: Page, snapshot: Snapshot) -> None:
        if _seldom(page, snapshot) != drawn:
            st.rerun()
        _now(page, snapshot)

    live_part(page, now, TICK_SECONDS)
    days = st.container()
    live_part(page, _happened, TICK_SECONDS)  # the curve comes before the many links above it
    with days:
        live_part(page, timeline.show, TICK_SECONDS, still=True)


def _seldom(page: Page, snapshot: Snapshot) -> tuple[bool, list[str]]:
    """What changes the page's parts: whether there is a run, and the texts of the timeline."""
    return snapshot.run is None, timeline.texts(page, snapshot)


def _now(page: Page, snapshot: Snapshot) -> None:
    wrong_now.show(page, snapshot)
    next_due.show(page, snapshot)
    since_visit.show(page, snapshot)
    if snapshot.run is None:
        no_run(page)
    else:
        run_summary.show(page, snapshot)


def _happened(page: Page, snapshot: Snapshot) -> None:
    if snapshot.run is None:  # no curve yet
        recent_activity.show(page, snapshot)
        return
    left, right = st.columns((2, 1), gap="medium")
    with left:
        reward_curve.show(page, snapshot)
    with right:
        recent_activity.show(page, snapshot)
