"""Escalation: the procedures, whose turn it is, and the incidents they opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import IncidentState, Right
from dashboard.components import outcomes, thing_link
from dashboard.components.alerts import alerts
from dashboard.components.headings import part
from dashboard.components.live import live_panel
from dashboard.components.states import badge
from dashboard.components.why_not import why_not
from dashboard.panels.escalation import incident, items
from dashboard.wording import plain

if TYPE_CHECKING:
    from core.playbook import EscalationSpec
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

IN_A_ROW = 3  # maximum procedures per row


def show(page: Page) -> None:
    """Draw the page and redraw it on each tick."""
    live_panel(page, _draw)


def _draw(page: Page, snapshot: Snapshot) -> None:
    opened = {incident.procedure: incident for incident in snapshot.open_incidents}
    known = [str(one.id) for one in snapshot.incidents]
    thing_link.say_missing(page, snapshot, incident.INCIDENT, known)
    asked = thing_link.asked(incident.INCIDENT)
    specs = sorted(
        snapshot.week.playbook.escalations,
        key=lambda spec: spec.id not in opened or str(opened[spec.id].id) != asked,
    )
    if not opened:
        how = page.say(
            "These are the manual's procedures. Opening one records it, and sends a message to "
            "the owners in its chain, one after the other, until one acknowledges it."
            if page.services.client.alerts_on()
            else "These are the manual's procedures. Opening one records it, and sends no message: "
            "call the people in its chain yourself."
        )
        if alerts(page, snapshot):
            st.markdown(f":orange[:material/info:] {page.say('No procedure is open yet.')} {how}")
        else:
            none = page.say("No open incidents.")
            st.markdown(f":green[:material/check_circle:] {none} {how}")
    for spec in specs:
        if spec.id in opened:
            with st.container(border=True, gap="xsmall", key=f"proc-{spec.id}"):
                _title(page, snapshot, spec, badge(IncidentState.OPEN, page.say))
                incident.work(page, snapshot, spec, opened[spec.id])
                outcomes.show(page, f"incident:{spec.id}")
    others = [spec for spec in specs if spec.id not in opened]
    # avoids a row with a single procedure
    columns = len(others) if len(others) <= IN_A_ROW else 2
    if others:
        with st.grid(columns, min_column_width=270, gap="small", key="procedures"):
            for spec in others:
                key = f"proc-{spec.id}"
                with st.container(border=True, gap="xsmall", height="stretch", key=key):
                    _procedure(page, snapshot, spec)
    incident.history(page, snapshot)


def _procedure(page: Page, snapshot: Snapshot, spec: EscalationSpec) -> None:
    _title(page, snapshot, spec)
    items.steps(page, spec)
    incident.machine_text(page, spec)
    _open(page, snapshot, spec)
    outcomes.show(page, f"incident:{spec.id}")


def _title(page: Page, snapshot: Snapshot, spec: EscalationSpec, state: str = "") -> None:
    say, language = page.say, page.viewer.language
    part(f"{plain(spec.title.in_(language))} {state}")
    roles = snapshot.week.playbook.roles
    chain = " → ".join(plain(roles[role].title.in_(language)) for role in spec.chain)
    st.markdown(f":small[:gray[{say('Chain')}]] {chain}")
    if spec.blocks_start:
        blocks = say("While it is open, Start and automatic restarts are blocked.")
        st.markdown(f":small[:orange[:material/lock: {blocks}]]")


def _open(page: Page, snapshot: Snapshot, spec: EscalationSpec) -> None:
    say, denied, key = page.say, page.denied(Right.RECORD), f"incident:{spec.id}"

    def save() -> None:
        text = str(st.session_state.get(f"{key}:summary") or "").strip()
        if outcomes.act(
            page,
            key,
            Message("incident {what}", what=spec.title.in_(page.viewer.language)),
            lambda: page.services.client.open_incident(
                snapshot.week.id, spec.id, text, key=outcomes.intent(key)
            ),
        ):
            st.session_state[f"{key}:summary"] = ""

    st.text_area(
        say.raw("Summary (one sentence)"), key=f"{key}:summary", max_chars=1000, height=72,
        disabled=denied is not None,
    )  # fmt: skip
    st.button(
        say.raw("Open incident"),
        key=f"{key}:open",
        icon=":material/campaign:",
        disabled=denied is not None,
        help=denied,
        on_click=save,
    )
    why_not(f"{key}:open", denied)
