"""A place without content says why, and what to do next."""

from __future__ import annotations

import streamlit as st

from dashboard.data.snapshot import Snapshot
from dashboard.navigation import link
from dashboard.page import Page


def empty(title: str, text: str, icon: str = ":material/inbox:") -> None:
    """A calm box: what is missing and how to get it. Both are Markdown."""
    st.info(text, title=title, icon=icon)


def week_or_way(page: Page) -> Snapshot | None:
    """The week's moment, or None after showing the way to a first week."""
    snapshot = page.snapshot()
    if snapshot is None:
        say = page.say
        empty(say("empty.no_week"), say("empty.no_week_text"), ":material/calendar_add_on:")
        link("this_week", say.raw("go", page=say.raw("page.this_week")))
    return snapshot


def no_run(page: Page) -> None:
    """Nothing was trained yet: the way to Launch."""
    say = page.say
    empty(say("empty.no_run"), say("empty.no_run_text"), ":material/rocket_launch:")
    link("launch", say.raw("go", page=say.raw("page.launch")))
