"""The week's slots, one row per day; each links to its page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import SlotState
from dashboard.components.headings import part
from dashboard.components.slots import mark_of, said
from dashboard.panels.this_week.next_due import slot_query
from dashboard.text_links import text_link
from dashboard.wording import plain
from dashboard.wording.names import SLOT_KINDS

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def show(page: Page, snapshot: Snapshot) -> None:
    """The timeline with every slot's time, kind and state."""
    part(page.say("Timeline"))
    with st.container(border=True, gap="xsmall", key="links-timeline"):
        days = []
        for _, slots_of_day in groupby(snapshot.timeline, lambda view: view.at.date()):
            views = list(slots_of_day)
            slots = " ".join(
                text_link(view.spec.page, _slot(page, snapshot, view), slot_query(view))
                for view in views
            )
            days.append(f"- {_day(page, snapshot, views[0])}\n\n  {slots}\n")
        st.markdown("\n".join(days))


def texts(page: Page, snapshot: Snapshot) -> list[str]:
    """All that :func:`show` says."""
    return [
        text
        for view in snapshot.timeline
        for text in (_day(page, snapshot, view), _slot(page, snapshot, view))
    ]


def _day(page: Page, snapshot: Snapshot, view: SlotView) -> str:
    today = view.at.date() == snapshot.now_week.date()
    now = f" :blue-badge[{page.say('now')}]" if today else ""
    return f"**{plain(page.viewer.day(view.at))}**{now}"


def _slot(page: Page, snapshot: Snapshot, view: SlotView) -> str:
    later = "" if view.due.date() == view.at.date() else f"{page.viewer.day(view.due)} "
    text = f"{later}{view.due:%H:%M} {page.say(SLOT_KINDS[view.spec.kind])}"
    if view.state in {SlotState.UPCOMING, SlotState.SKIPPED, SlotState.RUN_FINISHED}:
        text = f":gray[{text}]"
    ended = view.state is SlotState.RUN_FINISHED
    words = page.say("run finished") if ended else said(page, snapshot, view)
    return f"{mark_of(snapshot, view)} {text} :gray[{words}]"
