"""The week's moments, a column a day; each is a link to its page."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from core.schedule import SlotView
from core.vocabulary import SlotState
from dashboard.components.states import icon, word
from dashboard.page import Page
from dashboard.panels.next_due import to_slot
from dashboard.queries import Moment
from dashboard.wording import plain


def show(page: Page, look: Moment) -> None:
    say = page.say
    st.markdown(f"#### {say('week.timeline')}", anchors=False)
    days = [(day, list(views)) for day, views in groupby(look.timeline, lambda v: v.at.date())]
    for (day, views), column in zip(days, st.columns(len(days), gap="xsmall"), strict=True):
        today = day == look.now_week.date()
        with column.container(border=True, gap="xxsmall", height="stretch", key=f"day-{day}"):
            title = plain(page.viewer.day(views[0].at))
            now = f" :blue-badge[{say('week.now')}]" if today else ""
            st.markdown(f"**{title}**{now}")
            for view in views:
                _slot(page, view)


def _slot(page: Page, view: SlotView) -> None:
    text = f"{view.at:%H:%M} {page.say('kind_of_slot.' + view.spec.kind)}"
    if view.state in {SlotState.UPCOMING, SlotState.SKIPPED}:
        text = f":gray[{text}]"
    label = f"{icon(view.state)} {text} :small[:gray[{word(view.state, page.say)}]]"
    to_slot(page, view, label, small=True)
