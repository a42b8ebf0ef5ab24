"""Recent activity, the number of open incidents, and the conditions of the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import conditions
from dashboard.components.headings import part
from dashboard.panels.this_week.activity_text import activity_lines

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

ENTRIES = 10


def show(page: Page, snapshot: Snapshot) -> None:
    """The newest ledger entries, the open incidents, and the signature's conditions."""
    say = page.say
    part(say("Recent activity"))
    lines = activity_lines(page, snapshot, ENTRIES)
    with st.container(border=True, key="happened"):
        st.markdown("\n\n".join(lines) or say("No activity yet."))
    _incidents(page, snapshot)
    conditions.of_the_week(page, snapshot)


def _incidents(page: Page, snapshot: Snapshot) -> None:
    """The number of open incidents; the top of the page lists them."""
    say = page.say
    count = len(snapshot.open_incidents)
    shown = f":red[**{count}**]" if count else say("none")
    st.markdown(f"**{say('Open incidents')}:** {shown}")
