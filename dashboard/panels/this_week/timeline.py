"""The week's slots, one row per day; each links to its page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import SlotState
from dashboard.components.headings import part
from dashboard.components.slots import mark_of, said
from dashboard.panels.this_week.next_due import to_slot
from dashboard.wording import plain
from dashboard.wording.names import SLOT_KINDS

if TYPE_CHECKING:
    from core.schedule import SlotView
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

DAY_AND_SLOTS = (1, 6.5)


def show(page: Page, snapshot: Snapshot) -> None:
    """The timeline with every slot's time, kind and state."""
    say = page.say
    part(say("Timeline"))
    with st.container(border=True, gap="xsmall", key="timeline"):
        for day, slots_of_day in groupby(snapshot.timeline, lambda view: view.at.date()):
            title, slots = st.columns(DAY_AND_SLOTS, gap="xxsmall")
            today = f" :blue-badge[{say('now')}]" if day == snapshot.now_week.date() else ""
            views = list(slots_of_day)
            title.markdown(f"**{plain(page.viewer.day(views[0].at))}**{today}")
            with slots.container(horizontal=True, gap="xxsmall", key=f"day-{day}"):
                for view in views:
                    _slot(page, snapshot, view)


def _slot(page: Page, snapshot: Snapshot, view: SlotView) -> None:
    later = "" if view.due.date() == view.at.date() else f"{page.viewer.day(view.due)} "
    text = f"{later}{view.due:%H:%M} {page.say(SLOT_KINDS[view.spec.kind])}"
    if view.state in {SlotState.UPCOMING, SlotState.SKIPPED, SlotState.RUN_FINISHED}:
        text = f":gray[{text}]"
    ended = view.state is SlotState.RUN_FINISHED
    words = page.say("run finished") if ended else said(page, snapshot, view)
    state = f":small[:gray[{words}]]"
    to_slot(view, f"{mark_of(snapshot, view)} {text} {state}", small=True)
