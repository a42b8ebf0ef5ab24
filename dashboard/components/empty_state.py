"""Empty states: why there is no content, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.navigation import TITLES, link

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def empty(title: str, text: str, icon: str = ":material/inbox:") -> None:
    """A calm box: what is missing and how to get it. Both are Markdown."""
    st.info(text, title=title, icon=icon)


def week_or_way(page: Page) -> Snapshot | None:
    """The week's snapshot; without a week, show the link to create one and return None."""
    snapshot = page.snapshot()
    if snapshot is None:
        no_week(page)
    return snapshot


def no_week(page: Page) -> None:
    """Show that there is no week yet, with a link to create one."""
    say = page.say
    empty(
        say("There is no training week yet"),
        say(
            "A week is one run of the playbook, counted from its launch time. Create one "
            "on *This week*."
        ),
        ":material/calendar_add_on:",
    )
    link("this_week", say.raw("Go to {page}", page=TITLES["this_week"]))


def no_run(page: Page) -> None:
    """Show that there is no run yet, with a link to Launch."""
    say = page.say
    empty(
        say("No run has been started yet"),
        say(
            "Run the pre-flight and start the training on *Launch*. Curves and checks appear here."
        ),
        ":material/rocket_launch:",
    )
    link("launch", say.raw("Go to {page}", page=TITLES["launch"]))
