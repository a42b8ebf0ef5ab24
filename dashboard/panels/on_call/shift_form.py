"""The form that puts a person on call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import streamlit as st

from core.language import Message
from core.people import RUNNER
from core.vocabulary import Right
from dashboard.components import outcomes
from runner.outcomes import Refused

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "shift-form"
_USUAL = timedelta(hours=12)


def show(page: Page, snapshot: Snapshot) -> None:
    """Person, begin and end in the viewer's time zone; the next one begins where this one ends."""
    say, denied = page.say, page.denied(Right.RECORD)
    begin = _next_begin(page, snapshot)
    with (
        st.expander(
            say.raw("Add a shift"),
            icon=":material/add:",
            key="add-shift",
            expanded=not snapshot.records.shifts,
        ),
        st.container(width=720, gap="small"),
    ):
        st.selectbox(
            say.raw("Person"),
            people(page, snapshot),
            key=f"{PLACE}:person",
            accept_new_options=True,
            disabled=denied is not None,
        )
        left, right = st.columns(2)
        for column, name, label, value in (
            (left, "from", say.raw("From ({zone})", zone=page.viewer.zone), begin),
            (right, "to", say.raw("To ({zone})", zone=page.viewer.zone), begin + _USUAL),
        ):
            key = f"{PLACE}:{name}"
            if key not in st.session_state:
                st.session_state[key] = value
            column.datetime_input(
                label,
                key=key,
                format=page.viewer.date_input,
                step=timedelta(minutes=30),
                disabled=denied is not None,
            )
        st.button(
            say.raw("Put on call"),
            key=f"{PLACE}:save",
            type="primary",
            icon=":material/add:",
            disabled=denied is not None,
            help=denied,
            on_click=_save,
            args=(page,),
        )
        outcomes.show(page, PLACE)


def _save(page: Page) -> None:
    person = str(st.session_state.get(f"{PLACE}:person") or "").strip()
    begin, end = (st.session_state.get(f"{PLACE}:{name}") for name in ("from", "to"))
    zone = page.viewer.zone

    def save() -> object:
        if not isinstance(begin, datetime) or not isinstance(end, datetime):
            return Refused(Message("A shift requires a begin and an end."))
        first, last = (one.replace(tzinfo=ZoneInfo(zone)) for one in (begin, end))
        return page.services.client.set_shift(person, first, last, zone)

    if outcomes.act(page, PLACE, Message("shift added").in_(page.viewer.language), save):
        for name in ("from", "to"):
            st.session_state.pop(f"{PLACE}:{name}", None)


def _next_begin(page: Page, snapshot: Snapshot) -> datetime:
    """The end of the last shift, or the present hour, as the viewer's clock shows it."""
    ends = [one.until for one in snapshot.records.shifts]
    moment = page.viewer.local(max([snapshot.now, *ends]))
    if not ends or moment.minute % 30:
        moment = moment.replace(minute=0)
    return moment.replace(second=0, microsecond=0, tzinfo=None)


def people(page: Page, snapshot: Snapshot) -> list[str]:
    """The viewer first, then those who act in the week."""
    acted = (entry.by for entry in snapshot.activity if entry.by != RUNNER.name)
    on_shift = (one.person for one in snapshot.records.shifts)
    return list(dict.fromkeys((page.viewer.person.name, *on_shift, *acted)))
