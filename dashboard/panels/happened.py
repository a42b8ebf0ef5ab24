"""What happened lately, open incidents, and what a signature was bound to."""

from __future__ import annotations

import streamlit as st

from dashboard.components.numbers import age
from dashboard.components.states import mark
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.panels import conditions
from dashboard.panels.stories import stories
from dashboard.queries import Moment
from dashboard.wording import plain

ENTRIES = 10
HEIGHT = 226


def show(page: Page, look: Moment) -> None:
    say = page.say
    st.markdown(f"#### {say('week.happened')}", anchors=False)
    told = stories(page, look, ENTRIES)
    with st.container(height=HEIGHT, border=True, gap="xxsmall", key="happened"):
        if not told:
            st.caption(say("week.happened_none"))
        for line in told:
            st.markdown(line)
    _incidents(page, look)
    conditions.of_the_week(page, look)


def _incidents(page: Page, look: Moment) -> None:
    say = page.say
    if not look.open_incidents:
        st.markdown(f"**{say('week.incidents')}:** {say('none')}")
        return
    titles = {e.id: e.title.in_(page.viewer.language) for e in look.week.playbook.escalations}
    st.markdown(f"**{say('week.incidents')}**")
    for incident in look.open_incidents:
        with st.container(horizontal=True, vertical_alignment="center"):
            name = titles.get(incident.procedure, incident.procedure)
            st.markdown(
                f"{mark(incident.state, say)} {plain(name)}, "
                f":gray[{plain(incident.opened_by)}, {age(look.now - incident.opened_at)}]",
                width="content",
            )
            link("escalation", say.raw("open"))
