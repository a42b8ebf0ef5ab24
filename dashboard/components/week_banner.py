"""Above every page while another week than the active one is shown, with the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import shown_week
from dashboard.navigation import link
from dashboard.wording import plain

if TYPE_CHECKING:
    from dashboard.page import Page


def is_missing(page: Page) -> bool:
    """Whether the address names a week that does not exist."""
    return page.no_moment is None and page.services.week_id is not None and page.snapshot() is None


def show(page: Page) -> None:
    """Draw nothing while the active week is shown."""
    say, services = page.say, page.services
    if page.moment is not None or page.no_moment is not None:
        return  # the banner of the moment says more
    if is_missing(page):
        _banner(page, say("There is no week {week}.", week=services.week_id), wrong=True)
        return
    snapshot = page.snapshot()
    if snapshot is None or services.elsewhere is None:
        return
    text = f"**{plain(say.text(services.elsewhere.reason))}**"
    text += " " + say(
        "Here you can read, write notes and close what is open. Starting, stopping, checking and "
        "signing are disabled."
    )
    if snapshot.week.archived_at is not None:
        text += " " + say("It is archived.")
    _banner(page, text)


def _banner(page: Page, text: str, *, wrong: bool = False) -> None:
    say = page.say
    with st.container(key="week-banner", gap="xxsmall"):
        (st.error if wrong else st.warning)(text, icon=":material/date_range:")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            if st.button(
                say.raw("Back to the active week"),
                key="week-banner:back",
                icon=":material/undo:",
                type="tertiary",
            ):
                shown_week.leave()
                st.rerun()
            with st.container(width="content"):
                link("all_weeks", say.raw("All weeks"))
