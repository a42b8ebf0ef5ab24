"""History: all revalidations of all weeks side by side, and who decided what and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components.boundary import boundary
from dashboard.components.empty_state import empty, no_week
from dashboard.components.headings import part
from dashboard.navigation import TITLES, link
from dashboard.panels.history import (
    acts,
    address,
    decision_table,
    filters,
    gates_over_time,
    pair,
    track_record,
)

if TYPE_CHECKING:
    from dashboard.page import Page

REDRAW_SECONDS = 15.0


def show(page: Page) -> None:
    """Draw the page and redraw it every 15 seconds; it needs no active week."""

    def body() -> None:
        with boundary(page.say):
            _draw(page)

    page.live(body, every=REDRAW_SECONDS)


def _draw(page: Page) -> None:
    say, snapshot = page.say, page.snapshot()
    client = page.services.client
    found = client.archived_decisions() if snapshot is None else snapshot.archived_decisions
    if not found:
        if snapshot is None:
            no_week(page)
            return
        empty(
            say("No revalidation yet"),
            say("The decision appears here after a revalidation. Start one on *Revalidation*."),
            ":material/timeline:",
        )
        link("revalidation", say.raw("Go to {page}", page=TITLES["revalidation"]))
        return
    address.read()
    shown = filters.chosen(page, found)
    if not shown:
        st.info(say("No revalidation matches the filter."), icon=":material/filter_alt:")
    comparable = sum(one.brief is not None for one in found) > 1
    rows = decision_table.show(page, list(reversed(shown))) if shown else ()
    if comparable:
        pair.show(page, found, shown)
    gates_over_time.show(page, shown)
    track_record.show(page, found)
    if rows:
        part(say("Who decided what, and why"))
    for one in rows:
        acts.card(page, one, comparable)
