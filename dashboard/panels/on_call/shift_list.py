"""The shifts of the week: who has which time, who took whose over, what nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.shifts import held, overlaps
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.formatting import age
from dashboard.wording import plain
from runner.week.shift_concerns import REACH, unreached, week_gaps

if TYPE_CHECKING:
    from datetime import datetime

    from core.shifts import Shift
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "shifts"


def show(page: Page, snapshot: Snapshot) -> None:
    """Who is on call now, then each shift with its button, then gaps and overlaps."""
    say, now, shifts = page.say, snapshot.now, snapshot.records.shifts
    parts = sorted(
        ((begin, end, one) for one in shifts for begin, end in held(shifts, one)),
        key=lambda part: (part[0], part[2].id),
    )
    _now(page, snapshot)
    for span in overlaps(shifts):
        if span.end > now:
            text = say(
                "{begin} to {end}: more than one person is on call, and all of them get the "
                "messages: {people}.",
                begin=page.viewer.moment(span.begin),
                end=page.viewer.moment(span.end),
                people=", ".join(span.people),
            )
            st.markdown(f":blue[:material/group: {text}]")
    for span in week_gaps(shifts, snapshot.week, snapshot.clock):
        if span.end > now:
            text = say(
                "{begin} to {end}: nobody is on call.",
                begin=page.viewer.moment(span.begin),
                end=page.viewer.moment(span.end),
            )
            st.markdown(f":orange[:material/person_off: {text}]")
    for begin, end, shift in parts:
        if end > now:
            _part(page, snapshot, shift, (begin, end))
    outcomes.show(page, PLACE)
    past = [(begin, end, one) for begin, end, one in parts if end <= now]
    if past:
        with st.expander(say.raw("Past shifts: {n}", n=len(past)), key="past-shifts"):
            for begin, end, shift in reversed(past):
                st.markdown(_said(page, snapshot, shift, begin, end))


def _now(page: Page, snapshot: Snapshot) -> None:
    say, people = page.say, snapshot.on_call
    if people:
        who = say("On call now: {people}", people=", ".join(people))
        lost = unreached(snapshot.home, people)
        color = "orange" if lost else "green"
        part(f":{color}[:material/support_agent: {who}]")
        for person in lost:
            text = f"{say('No channel reaches {person}.', person=person)} {say.text(REACH)}"
            st.markdown(f":orange[:material/notifications_off: {text}]")
        how = say(
            "What has a chain of owners goes to them first; not acknowledged in time, it goes on to "
            "the owners."
        )
    elif snapshot.records.shifts:
        nobody = say("Nobody is on call now")
        part(f":orange[:material/person_off: {nobody}]")
        how = say("What has a chain of owners goes to its first owner.")
    else:
        none = say("No shifts in this week yet")
        part(f":gray[:material/event_busy: {none}]")
        how = say("Alerts go to the owners of the manual's chains.")
    zone = say("Times are real, in UTC and in your own time zone.")
    st.markdown(f":small[:gray[{how} {zone}]]")


def _part(page: Page, snapshot: Snapshot, shift: Shift, times: tuple[datetime, datetime]) -> None:
    begin, end = times
    key = f"shift-{shift.id}-{begin:%Y%m%d%H%M%S}"
    with (
        st.container(border=True, key=key),
        st.container(horizontal=True, vertical_alignment="center", gap="small"),
    ):
        st.markdown(_said(page, snapshot, shift, begin, end), width="stretch")
        _buttons(page, shift, key)


def _buttons(page: Page, shift: Shift, key: str) -> None:
    say, client, denied = page.say, page.services.client, page.denied(Right.RECORD)
    language = page.viewer.language
    if shift.person != page.viewer.person.name:
        st.button(
            say.raw("Take over"),
            key=f"{key}:take",
            icon=":material/back_hand:",
            type="primary",
            disabled=denied is not None,
            help=denied,
            on_click=outcomes.click(
                page,
                PLACE,
                Message("you have the shift").in_(language),
                lambda: client.take_shift(shift.id),
            ),
        )
    taken = shift.replaces is not None
    st.button(
        say.raw("Give back") if taken else say.raw("Remove"),
        key=f"{key}:remove",
        icon=":material/undo:" if taken else ":material/delete:",
        type="secondary" if taken else "tertiary",
        disabled=denied is not None,
        help=denied,
        on_click=outcomes.click(
            page,
            PLACE,
            (Message("shift given back") if taken else Message("shift removed")).in_(language),
            lambda: client.remove_shift(shift.id),
        ),
    )


def _said(page: Page, snapshot: Snapshot, shift: Shift, begin: datetime, end: datetime) -> str:
    say, now = page.say, snapshot.now
    text = f"**{plain(shift.person)}** " + say(
        "{begin} to {end}", begin=page.viewer.moment(begin), end=page.viewer.moment(end)
    )
    if begin <= now < end:
        left = say("now, {age} left", age=age(end - now))
        text += f" :green-badge[:material/support_agent: {left}]"
    if shift.replaces is not None:
        before = next((one for one in snapshot.records.shifts if one.id == shift.replaces), None)
        if before is not None:
            taken = say("taken over from {person}", person=before.person)
            text += f" :small[:gray[{taken}]]"
    if shift.zone not in ("UTC", page.viewer.zone):
        text += f" :small[:gray[{say('given in {zone}', zone=shift.zone)}]]"
    return text
