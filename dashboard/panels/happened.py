"""What happened lately, whether incidents are open, and what a signature was bound to."""

from __future__ import annotations

import streamlit as st

from dashboard.page import Page
from dashboard.panels import conditions
from dashboard.panels.stories import stories
from dashboard.queries import Moment

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
    """Only how many: what they are stands first on the page, with the way there."""
    say = page.say
    count = len(look.open_incidents)
    told = f":red[**{count}**]" if count else say("none")
    st.markdown(f"**{say('week.incidents')}:** {told}")
