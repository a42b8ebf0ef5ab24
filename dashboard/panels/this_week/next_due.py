"""What to do next, first on the page, with the way there."""

from __future__ import annotations

import streamlit as st

from core.schedule import SlotView
from core.vocabulary import SlotState
from dashboard.components.states import badge, word
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import age
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.wording import plain
from runner.records import Incident

_TEXTS = {
    SlotState.OVERDUE: "week.next_overdue",
    SlotState.DUE: "week.next_due",
    SlotState.UPCOMING: "week.next_upcoming",
}
TEXT_AND_WAY = (4, 1)
SLOT_QUERY = {"hourly_checks": "slot", "daily_checkin": "day"}


def show(page: Page, look: Snapshot) -> None:
    say, view = page.say, look.next_slot
    waiting = sum(v.state in {SlotState.DUE, SlotState.OVERDUE} for v in look.timeline)
    if look.open_incidents:
        for incident in look.open_incidents:
            _incident(page, look, incident)
        if view is None:
            return
    with st.container(border=True, key="next-due"):
        if view is None:
            st.markdown(f":green[:material/done_all:] {say('week.nothing_next')}")
            return
        text, way = st.columns(TEXT_AND_WAY, vertical_alignment="center", gap="small")
        said = f"**{say('week.next')}** {badge(view.state, say)} {_text(page, look, view)}"
        if waiting > 1:
            said += f" :gray[· {say('week.also', count=waiting - 1)}]"
        text.markdown(said)
        with way:
            to_slot(page, view, say.raw("week.open", page=say.raw(f"page.{view.spec.page}")))


def _incident(page: Page, look: Snapshot, incident: Incident) -> None:
    """What is wrong comes before what is due."""
    say, playbook = page.say, look.week.playbook
    spec = playbook.find_escalation(incident.procedure)
    title = look.procedure(incident.procedure, page.viewer.language)
    key = f"next-incident-{incident.id}"
    with st.container(border=True, key=key):
        text, way = st.columns(TEXT_AND_WAY, vertical_alignment="center", gap="small")
        told = say(
            "week.next_incident",
            title=title,
            by=incident.opened_by,
            age=age(look.now - incident.opened_at),
            done=len(incident.actions_done),
            total=len(spec.actions) if spec else 0,
        )
        text.markdown(f"**{say('week.first')}** {badge(incident.state, say)} {told}")
        with way:
            link("escalation", say.raw("week.open", page=say.raw("page.escalation")))


def to_slot(page: Page, view: SlotView, label: str, *, small: bool = False) -> None:
    """A link to the slot's page, with the slot chosen there.

    :param small: without the page's icon, the slot's full title behind the pointer.
    """
    name = SLOT_QUERY.get(view.spec.page)
    chosen = name is not None and view.spec.kind in {"hourly", "daily"}
    title = plain(view.spec.title.in_(page.viewer.language))
    link(
        view.spec.page,
        label,
        icon=not small,
        help=f"{title}, {word(view.state, page.say)}" if small else None,
        query={name: view.spec.id} if chosen else None,
    )


def _text(page: Page, look: Snapshot, view: SlotView) -> str:
    gap = abs(look.now_week - view.at)
    return page.say(
        _TEXTS[view.state],
        title=view.spec.title.in_(page.viewer.language),
        time=page.viewer.moment(view.at),
        age=age(gap),
        owner=look.week.playbook.roles[view.spec.owner].title.in_(page.viewer.language),
    )
