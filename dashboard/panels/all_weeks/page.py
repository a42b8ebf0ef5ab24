"""All weeks: how each one stands, what needs a person first at the top; a line opens its week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import plural
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import empty, no_week
from dashboard.navigation import link, switch
from dashboard.panels.all_weeks import board, lines
from dashboard.panels.all_weeks.standings import Standings

if TYPE_CHECKING:
    from dashboard.page import Page
    from dashboard.panels.all_weeks.standings import Board

EARLIER = "all_weeks:earlier"
REDRAW_SECONDS = 3.0


def show(page: Page) -> None:
    """Draw the page and redraw it every 3 seconds, whatever the shown week does."""
    if page.moment is not None:
        say = page.say
        empty(
            say("All weeks are shown as of now only"),
            say("Go back to now, or open a page of the shown week."),
            ":material/history:",
        )
        return

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=REDRAW_SECONDS, steady=page.viewer.live)


def _draw(page: Page) -> None:
    say = page.say
    shown = bool(st.session_state.get(EARLIER))
    found = _standings(str(page.services.home.root), shown).look(page.services.client)
    if not found.rows and not found.earlier:
        no_week(page)
        return
    st.caption(_caption(page, found))
    if found.earlier or shown:
        st.toggle(say.raw("Show the weeks that are over"), key=EARLIER)
    opened = board.draw(lines.board_data(page, found))
    with st.container(width="content"):
        link("weeks", say.raw("Plan, archive or activate a week"))
    week = next((row.week for row in found.rows if row.week.id == opened), None)
    if week is not None:
        switch(lines.OPENS, lines.address_week(week))


def _caption(page: Page, found: Board) -> str:
    say = page.say
    parts = [
        say(
            plural(
                "{n} week.",
                "{n} weeks; those with problems come first.",
                len(found.rows),
            )
        )
    ]
    if found.waiting:
        parts.append(say(plural("{n} is being read.", "{n} are being read.", found.waiting)))
    if found.earlier:
        parts.append(
            say(
                plural(
                    "{n} week that is over is left out.",
                    "{n} weeks that are over are left out.",
                    found.earlier,
                )
            )
        )
    return " ".join(parts)


@st.cache_resource(max_entries=2, show_spinner=False)
def _standings(root: str, earlier: bool) -> Standings:  # noqa: ARG001 - Streamlit keeps one for each
    return Standings(earlier=earlier)
