"""What happened lately, whether incidents are open, and what a signature was bound to."""

from __future__ import annotations

import streamlit as st

from dashboard.components import conditions
from dashboard.data.snapshot import Snapshot
from dashboard.page import Page
from dashboard.panels.this_week.activity_text import stories

ENTRIES = 10
HEIGHT = 226


def show(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    st.markdown(f"#### {say('week.happened')}", anchors=False)
    told = stories(page, snapshot, ENTRIES)
    with st.container(height=HEIGHT, border=True, gap="xxsmall", key="happened"):
        if not told:
            st.caption(say("week.happened_none"))
        for line in told:
            st.markdown(line)
    _incidents(page, snapshot)
    conditions.of_the_week(page, snapshot)


def _incidents(page: Page, snapshot: Snapshot) -> None:
    """Only how many: what they are stands first on the page, with the way there."""
    say = page.say
    count = len(snapshot.open_incidents)
    told = f":red[**{count}**]" if count else say("none")
    st.markdown(f"**{say('week.incidents')}:** {told}")
