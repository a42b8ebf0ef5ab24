"""Weeks: the newest and, by the pager, all others; which one is shown here, and which one is active for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.address import Address
from dashboard.components import new_week, pager
from dashboard.components.boundary import boundary
from dashboard.components.empty_state import no_week
from dashboard.panels.weeks import week_card

if TYPE_CHECKING:
    from dashboard.page import Page

ARCHIVED = "weeks:archived"
PER_PAGE = 12
WEEKS = Address("weeks", (pager.PAGE,))


def show(page: Page) -> None:
    """Draw the page and redraw it every 15 seconds."""

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=15.0)


def _draw(page: Page) -> None:
    say = page.say
    number = pager.read(WEEKS, WEEKS.changed())
    with_archived = bool(st.session_state.get(ARCHIVED))
    found = page.services.client.week_window(
        PER_PAGE, (number - 1) * PER_PAGE, archived=with_archived
    )
    if not found.weeks and not found.archived:
        no_week(page)
        return
    st.caption(
        say(
            "Weeks in progress are started, checked and revalidated. Everyone sees the active one "
            "unless they view another week; *View* changes this tab only."
        )
    )
    if found.archived:
        label = say.raw("Show archived weeks ({count})", count=found.archived)
        st.toggle(label, key=ARCHIVED, on_change=_first_page)
    if found.active is not None and found.active not in found.weeks:
        week_card.show(page, found.active, found.active)
    for one in found.weeks:
        week_card.show(page, one, found.active)
    pager.draw(WEEKS, found.first // PER_PAGE + 1, -(-found.count // PER_PAGE), _write)
    with st.expander(say.raw("Plan another week"), icon=":material/add:", key="plan-week"):
        new_week.show(page, planned=True)


def _first_page() -> None:
    st.session_state[WEEKS.key(pager.PAGE)] = 1
    _write()


def _write() -> None:
    WEEKS.write({pager.PAGE: pager.text(WEEKS)})
