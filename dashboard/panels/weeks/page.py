"""Weeks: all of them, which one is shown here, and which one is active for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import WeekState
from dashboard.components import new_week
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import no_week
from dashboard.panels.weeks import week_card

if TYPE_CHECKING:
    from dashboard.page import Page

ARCHIVED = "weeks:archived"


def show(page: Page) -> None:
    """Draw the page and redraw it every 15 seconds."""

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=15.0)


def _draw(page: Page) -> None:
    say = page.say
    listed = page.services.client.listed_weeks()
    if not listed:
        no_week(page)
        return
    st.caption(
        say(
            "The active week is the one that is started, checked and revalidated. Everyone sees it "
            "unless they view another week; *View* changes this tab only."
        )
    )
    archived = sum(one.state is WeekState.ARCHIVED for one in listed)
    with_archived = bool(archived) and st.toggle(
        say.raw("Show archived weeks ({count})", count=archived), key=ARCHIVED
    )
    for one in reversed(listed):
        if with_archived or one.state is not WeekState.ARCHIVED:
            week_card.show(page, one, listed)
    with st.expander(say.raw("Plan another week"), icon=":material/add:", key="plan-week"):
        new_week.show(page, planned=True)
