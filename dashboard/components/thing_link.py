"""The address of one thing: copied from where it stands, and opened from a chat.

The address names the week, and the shown moment if the pages are not of now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import streamlit as st

from dashboard import shown_week

if TYPE_CHECKING:
    from collections.abc import Collection

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def asked(name: str) -> str | None:
    """What the address asks for: ``asked("incident")`` of ``?incident=57``."""
    return st.query_params.get(name) or None


def copy_link(page: Page, snapshot: Snapshot, stem: str, **thing: str) -> None:
    """A button that shows the thing's address, with a button that copies it."""
    key = "link:" + ":".join([stem, *thing.values()])
    box = st.popover(
        page.say.raw("Copy link"),
        icon=":material/link:",
        type="tertiary",
        key=key,
        on_change="rerun",
    )
    if box.open:
        box.code(address_of(snapshot.week.id, stem, **thing), language=None, wrap_lines=True)


def address_of(week: str, stem: str, **thing: str) -> str:
    """The whole address of a thing on a page."""
    query = {shown_week.WEEK: week, **thing}
    if (moment := shown_week.asked_moment()) is not None:
        query[shown_week.AT] = moment
    root = (st.context.url or "").rsplit("/", 1)[0]
    return f"{root}/{stem}?{urlencode(query, safe=':')}"


def opened(page: Page, name: str, one: str) -> None:
    """Mark the thing that the address asks for."""
    if asked(name) == one:
        st.markdown(f":blue-badge[:material/link: {page.say('Opened by its link')}]")


def say_missing(page: Page, snapshot: Snapshot, name: str, known: Collection[str]) -> None:
    """Say that the thing of the address is not there; nothing if it is, or none is asked for."""
    meant = asked(name)
    if meant is not None and meant not in known:
        text = page.say(
            "The link asks for {what}, which does not exist in week {week}.",
            what=meant,
            week=snapshot.week.id,
        )
        st.warning(text, icon=":material/link_off:")
