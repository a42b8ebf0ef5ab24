"""Daily check-in: the written record beside the live readings, and the five checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import JobKind, Right
from dashboard.components import keys, outcomes
from dashboard.components.checklist import checklist
from dashboard.components.empty_state import empty, no_run
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.live import live_panel
from dashboard.components.second_check import second_check
from dashboard.components.slots import choose
from dashboard.panels.daily_checkin.record import record
from dashboard.wording import plain

if TYPE_CHECKING:
    from datetime import date

    from core.playbook import SlotSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

NARROWEST = 470  # px: the second check's trends fit, with their words in Portuguese


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    say = page.say
    slot = choose(page, snapshot, {"daily"}, key="day", label=say.raw("Day"))
    if slot is None:
        empty(say("The playbook has no daily check-ins"), "")
        return
    day = snapshot.at(slot).date()
    part(plain(slot.title.in_(page.viewer.language)))
    if snapshot.run is None:
        no_run(page)
    _run_now(page, snapshot, slot, day)
    checklist(page, snapshot, slot)
    keys.draw(page)
    with st.grid(2, min_column_width=NARROWEST, gap="medium", key="record-and-second") as halves:
        with halves.cell():
            record(page, snapshot, day)
        with halves.cell():
            second_check(page, snapshot, day)


def _run_now(page: Page, snapshot: Snapshot, slot: SlotSpec, day: date) -> None:
    say, place = page.say, f"daily:{day}"
    denied = page.denied(Right.OPERATE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say.raw("Run check now"),
            key=f"{place}:run",
            icon=":material/play_arrow:",
            disabled=denied is not None or snapshot.at(slot).date() > snapshot.now_week.date(),
            help=denied
            or say("Evaluates the day's data as of the check-in time and writes the summary"),
            on_click=outcomes.click(
                page,
                place,
                "",
                lambda: page.services.client.submit(
                    JobKind.DAILY_CHECK, {"date": day.isoformat()}, key=outcomes.intent(place)
                ),
            ),
        )
        job_line(page, snapshot, snapshot.latest(JobKind.DAILY_CHECK))
    outcomes.show(page, place)
