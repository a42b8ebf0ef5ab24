"""Launch: the pre-flight with its verdicts, then the one button that starts the week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.vocabulary import JobKind, Right
from dashboard.components import changed_rules, keys, outcomes, start_training
from dashboard.components.checklist import checklist
from dashboard.components.headings import part
from dashboard.components.job_line import job_line
from dashboard.components.live import live_panel
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.playbook import SlotSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PREFLIGHT = "preflight-job"


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    changed_rules.show(page, snapshot)
    for slot in snapshot.week.playbook.slots_of_kind("preflight"):
        with st.container(border=True, key=f"box-{slot.id}"):
            _preflight(page, snapshot, slot)
    with st.container(border=True, key="box-start"):
        start_training.show(page, snapshot)


def _preflight(page: Page, snapshot: Snapshot, slot: SlotSpec) -> None:
    say = page.say
    part(
        f"{plain(slot.title.in_(page.viewer.language))} "
        f":small[:gray[{plain(page.viewer.moment(snapshot.at(slot)))}]]"
    )
    job, denied = snapshot.latest(JobKind.PREFLIGHT), page.denied(Right.OPERATE)
    busy = snapshot.busy(JobKind.PREFLIGHT)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            say.raw("Run pre-flight again") if job else say.raw("Run pre-flight"),
            key="preflight:run",
            icon=":material/checklist:",
            type="secondary" if job else "primary",
            disabled=denied is not None or busy is not None,
            help=denied
            or say(
                "Six checks that every launch needs, including a 512-step test run. Takes "
                "about a minute."
            ),
            on_click=outcomes.click(
                page,
                PREFLIGHT,
                "",
                lambda: page.services.client.submit(
                    JobKind.PREFLIGHT, {}, key=outcomes.intent(PREFLIGHT)
                ),
            ),
        )
        job_line(page, snapshot, job)
    if busy is not None:
        seen = snapshot.progress(busy) or {}
        number, of = int(seen.get("number", 0)), int(seen.get("of", 6)) or 6
        check = snapshot.week.playbook.checks.get(str(seen.get("check", "")))
        text = plain(check.title.in_(page.viewer.language)) if check else ""
        st.progress(min(max(number - 1, 0) / of, 1.0), text=f"{number}/{of} {text}")
    outcomes.show(page, PREFLIGHT)
    checklist(page, snapshot, slot, notes=False)
    keys.draw(page)
