"""What happened lately, open incidents, and what a signature was bound to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.components.numbers import age
from dashboard.components.states import mark
from dashboard.navigation import link
from dashboard.page import Page
from dashboard.queries import Moment
from dashboard.wording import plain
from runner.records import LedgerEntry

ENTRIES = 10
# Which part of a ledger entry's body says what it was about, most telling first.
_TELLING = (
    "check", "slot", "job_id", "job", "kind", "procedure", "act", "text", "id", "state", "reason",
)  # fmt: skip


def show(page: Page, look: Moment) -> None:
    say = page.say
    st.markdown(f"#### {say('week.happened')}", anchors=False)
    entries = look.activity[:ENTRIES]
    with st.container(height=190, border=True, gap="xxsmall"):
        if not entries:
            st.caption(say("week.happened_none"))
        for entry in entries:
            st.markdown(_line(page, look, entry))
    _incidents(page, look)
    _conditions(page, look)


def _line(page: Page, look: Moment, entry: LedgerEntry) -> str:
    key = f"happened.{entry.kind}"
    what = page.say(key) if page.say.has(key) else plain(entry.kind)
    when = page.viewer.time(entry.at_week) if entry.at_week else ""
    return (
        f":small[:gray[{plain(when)}] **{plain(entry.by)}** {what} "
        f"{plain(about(entry.body))}]"
    )


def about(body: Mapping[str, Any]) -> str:
    """The two most telling parts of an entry."""
    parts = [str(body[key]) for key in _TELLING if isinstance(body.get(key), str | int)]
    return " · ".join(part for part in parts[:2] if part)


def _incidents(page: Page, look: Moment) -> None:
    say = page.say
    if not look.open_incidents:
        st.markdown(f"**{say('week.incidents')}:** {say('none')}")
        return
    st.markdown(f"**{say('week.incidents')}**")
    for incident in look.open_incidents:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{mark(incident.state, say)} {plain(incident.procedure)}, "
                f":gray[{plain(incident.opened_by)}, {age(look.now - incident.opened_at)}]",
                width="content",
            )
            link("escalation", say.raw("open"))


def _conditions(page: Page, look: Moment) -> None:
    say = page.say
    conditions = [c for signature in look.signatures[-1:] for c in signature.conditions]
    if not conditions:
        st.markdown(f"**{say('week.conditions')}:** {say('none')}")
        return
    st.markdown(f"**{say('week.conditions')}**")
    for condition in conditions:
        text = say(
            "week.condition",
            text=condition.get("text", ""),
            owner=condition.get("owner", "–"),
            due=condition.get("due", "–"),
        )
        st.markdown(f":small[:orange[:material/assignment_late:] {text}]")
