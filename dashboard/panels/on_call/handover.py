"""The handover: written by the machine, edited by the person, signed over to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.handover import SECTIONS
from core.language import Message
from core.shifts import next_spell
from core.vocabulary import Right
from dashboard.components import done_form, outcomes
from dashboard.components.headings import part
from dashboard.components.why_not import why_not
from dashboard.panels.on_call.shift_form import people
from dashboard.wording import plain
from runner.week.handover_draft import draft

if TYPE_CHECKING:
    from core.handover import Handover
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "handover"
_OPEN = "write-handover"
TITLES = {
    "incidents": Message("Open incidents and problems, next step, owner"),
    "silences": Message("Silences and their end"),
    "work": Message("Work in progress"),
    "changes": Message("Risky changes, and the way back"),
    "due": Message("Due in the next shift"),
    "asks": Message("Asks (one line)"),
}


def show(page: Page, snapshot: Snapshot) -> None:
    """What waits to be accepted, the form, and the handovers before."""
    say = page.say
    part(say("Handover"))
    waiting = [one for one in snapshot.records.handovers[:1] if one.accepted_at is None]
    for one in waiting:
        with st.container(border=True, gap="xsmall", key=f"handover-{one.id}"):
            _signed(page, one)
            _accept(page, one)
    outcomes.show(page, f"{PLACE}:accept")
    with st.expander(
        say.raw("Write a handover"),
        icon=":material/edit_note:",
        key=done_form.open_key(_OPEN),
    ):
        _form(page, snapshot)
    outcomes.show(page, PLACE)
    if past := [one for one in snapshot.records.handovers if one not in waiting]:
        label = say.raw("Earlier handovers: {n}", n=len(past))
        with st.expander(label, key="past-handovers"):
            for one in past:
                _signed(page, one)


def _form(page: Page, snapshot: Snapshot) -> None:
    say, denied = page.say, page.denied(Right.RECORD)
    if f"{PLACE}:due" not in st.session_state:
        _write(page, snapshot)
    with st.container(width=860, gap="small"):
        for name in SECTIONS:
            st.text_area(
                say.raw(TITLES[name]),
                key=f"{PLACE}:{name}",
                max_chars=10_000,
                height=68 if name == "asks" else 110,
                disabled=denied is not None,
            )
        me = page.viewer.person.name
        st.selectbox(
            say.raw("Sign over to"),
            [name for name in people(page, snapshot) if name != me],
            index=None,
            key=f"{PLACE}:to",
            accept_new_options=True,
            disabled=denied is not None,
        )
        _next_shift(page, snapshot)
        with st.container(horizontal=True, gap="small"):
            st.button(
                say.raw("Sign over"),
                key=f"{PLACE}:sign",
                type="primary",
                icon=":material/draw:",
                disabled=denied is not None,
                help=denied,
                on_click=_sign,
                args=(page,),
            )
            st.button(
                say.raw("Write it anew"),
                key=f"{PLACE}:anew",
                icon=":material/refresh:",
                disabled=denied is not None,
                on_click=_write,
                args=(page, snapshot),
            )
        why_not(f"{PLACE}:sign", denied)


def _next_shift(page: Page, snapshot: Snapshot) -> None:
    """Whose shift is next, as a warning where the handover goes to somebody else."""
    after = next_spell(snapshot.records.shifts, snapshot.now)
    if after is None:
        return
    text = page.say(
        "The next shift: {people}, from {time}.",
        people=", ".join(after.people),
        time=page.viewer.moment(after.begin),
    )
    to = st.session_state.get(f"{PLACE}:to")
    if to and to not in after.people:
        st.markdown(f":orange[:material/warning: {text}]")
    else:
        st.caption(text)


def _write(page: Page, snapshot: Snapshot) -> None:
    """The machine's text, in place of what stands there."""
    for name, text in draft(snapshot, page.viewer.language).items():
        st.session_state[f"{PLACE}:{name}"] = text


def _sign(page: Page) -> None:
    texts = {name: str(st.session_state.get(f"{PLACE}:{name}") or "") for name in SECTIONS}
    to = str(st.session_state.get(f"{PLACE}:to") or "").strip()
    if outcomes.act(
        page,
        PLACE,
        Message("signed over to {person}, who has to accept it", person=to).in_(
            page.viewer.language
        ),
        lambda: page.services.client.sign_handover(to, texts, outcomes.intent(PLACE)),
    ):
        for name in SECTIONS:
            st.session_state.pop(f"{PLACE}:{name}", None)
        st.session_state[f"{PLACE}:to"] = None
        done_form.done(_OPEN)


def _signed(page: Page, handover: Handover) -> None:
    say = page.say
    head = say(
        "{by} to {to}, {time}",
        by=handover.by,
        to=handover.to,
        time=page.viewer.moment(handover.at),
    )
    st.markdown(f"**{head}**")
    for name in SECTIONS:
        text = handover.texts.get(name, "")
        if text:
            lines = "  \n".join(plain(line) for line in text.splitlines() if line.strip())
            st.markdown(f":small[:gray[{say(TITLES[name])}]]  \n{lines}")
    if handover.accepted_at is not None:
        accepted = say(
            "Accepted by {by}, {time}",
            by=handover.accepted_by,
            time=page.viewer.moment(handover.accepted_at),
        )
        st.markdown(f":green[:material/task_alt: {accepted}]")


def _accept(page: Page, handover: Handover) -> None:
    say, denied = page.say, page.denied(Right.RECORD)
    if denied is None and handover.to != page.viewer.person.name:
        denied = say("It was signed over to {person}.", person=handover.to)
    st.button(
        say.raw("Accept"),
        key=f"handover-{handover.id}:accept",
        type="primary",
        icon=":material/handshake:",
        disabled=denied is not None,
        help=denied,
        on_click=outcomes.click(
            page,
            f"{PLACE}:accept",
            Message("handover accepted").in_(page.viewer.language),
            lambda: page.services.client.accept_handover(handover.id),
        ),
    )
