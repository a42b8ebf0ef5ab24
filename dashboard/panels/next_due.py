"""What to do next, first on the page, with the way there."""

from __future__ import annotations

import streamlit as st

from core.schedule import SlotView
from core.vocabulary import SlotState
from dashboard.components.numbers import age
from dashboard.components.states import badge, word
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.queries import Moment
from dashboard.wording import plain

_TEXTS = {
    SlotState.OVERDUE: "week.next_overdue",
    SlotState.DUE: "week.next_due",
    SlotState.UPCOMING: "week.next_upcoming",
}
SLOT_QUERY = {"hourly_checks": "slot", "daily_checkin": "day"}


def show(page: Page, look: Moment) -> None:
    say, view = page.say, look.next_slot
    waiting = sum(v.state in {SlotState.DUE, SlotState.OVERDUE} for v in look.timeline)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="next-due"):
        if view is None:
            st.markdown(f":green[:material/done_all:] {say('week.nothing_next')}")
            return
        st.markdown(f"**{say('week.next')}**", width="content")
        st.markdown(badge(view.state, say), width="content")
        st.markdown(_text(page, look, view), width="stretch")
        if waiting > 1:
            st.markdown(f":gray[{say('week.also', count=waiting - 1)}]", width="content")
        to_slot(page, view, say.raw("week.open", page=say.raw(f"page.{view.spec.page}")))


def to_slot(page: Page, view: SlotView, label: str, *, small: bool = False) -> None:
    """A link to the slot's page, with the slot chosen there.

    :param small: without the page's icon, the slot's full title behind the pointer.
    """
    name = SLOT_QUERY.get(view.spec.page)
    chosen = name is not None and view.spec.kind in {"hourly", "daily"}
    title = plain(view.spec.title.in_(page.viewer.language))
    link(
        view.spec.page,
        label,
        icon=not small,
        help=f"{title}, {word(view.state, page.say)}" if small else None,
        query={name: view.spec.id} if chosen else None,
    )


def _text(page: Page, look: Moment, view: SlotView) -> str:
    gap = abs(look.now_week - view.at)
    return page.say(
        _TEXTS[view.state],
        title=view.spec.title.in_(page.viewer.language),
        time=page.viewer.moment(view.at),
        age=age(gap),
        owner=look.week.playbook.roles[view.spec.owner].title.in_(page.viewer.language),
    )
