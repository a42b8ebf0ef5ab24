"""The tick of one item: a person's confirmation, with the verdict shown to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, said
from core.state_words import shown_word
from core.vocabulary import Right, Verdict
from dashboard.components import outcomes, thing_link, withdrawal
from dashboard.components.states import word
from dashboard.wording import plain
from runner.week.judged_moment import is_early

CHECK = "check"  # in the address

if TYPE_CHECKING:
    from datetime import datetime

    from core.playbook import SlotSpec
    from dashboard.data.snapshot import Item, Snapshot
    from dashboard.page import Page
    from runner.records import Tick


def tick_cell(page: Page, snapshot: Snapshot, slot: SlotSpec, item: Item, title: str) -> None:
    """The saved tick, and below it what can be done: a tick with one click if it passes, else with
    a note; its undo; the item's link.
    """
    day = snapshot.at(slot)
    if item.tick is not None:
        _saved(page, item.tick, item, day)
    if item.withdrawn is not None and not as_ticked(item):
        withdrawal.line(page, item.withdrawn, day)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if item.tick is not None:
            withdrawal.form(page, slot, item.tick, title)
        if not as_ticked(item):
            _tick(page, snapshot, slot, item, title)
        thing = {"slot": slot.id, CHECK: item.judgement.check}
        thing_link.copy_link(page, snapshot, slot.page, **thing)


def as_ticked(item: Item) -> bool:
    """Whether it has a tick of the verdict that it has now."""
    return item.tick is not None and item.tick.verdict_seen is item.judgement.verdict


def _tick(page: Page, snapshot: Snapshot, slot: SlotSpec, item: Item, title: str) -> None:
    say = page.say
    denied = page.denied(Right.RECORD)
    early = say("Available once the check is due") if is_early(slot, snapshot) else None
    blocked = denied or early
    key = f"tick:{slot.id}:{item.judgement.check}"
    if item.judgement.verdict is Verdict.PASS and item.tick is None:
        st.button(
            say.raw("Tick"),
            key=key,
            icon=":material/check:",
            disabled=blocked is not None,
            help=blocked,  # alone: what has a tooltip is drawn twice, and a page has ten of these
            on_click=_save,
            args=(page, snapshot, slot, item, title, None),
        )
        return
    label = say.raw("Tick with note") if item.tick is None else say.raw("Tick again")
    with st.popover(label, key=f"{key}:pop", disabled=blocked is not None, help=blocked):
        st.markdown(
            say(
                "**{title}** {verdict}, {value}. Your tick says that you have seen this.",
                title=title,
                verdict=word(item.judgement.verdict, say),
                value=item.judgement.value_text,
            )
        )
        st.text_area(
            say.raw("Why it is safe to continue (required: this check does not pass)"),
            key=f"{key}:note",
            max_chars=1000,
            height=80,
        )
        st.button(
            say.raw("Save tick"),
            key=f"{key}:save",
            type="primary",
            disabled=blocked is not None,
            on_click=_save,
            args=(page, snapshot, slot, item, title, f"{key}:note"),
        )


def _saved(page: Page, tick: Tick, item: Item, day: datetime) -> None:
    say = page.say
    who = f"{plain(tick.by)}, {page.viewer.beside(tick.at_week, day)}"
    value = tick.value_seen
    if said(value, say.language) == value:  # what a program wrote is plain text: "yes"
        value = shown_word(str(value))
    seen = say("saw {verdict} {value}", verdict=word(tick.verdict_seen, say), value=value)
    text = f":green[:material/task_alt: **{say('Ticked')}**]  \n:small[:gray[{who}]]"
    if tick.verdict_seen is not item.judgement.verdict:
        now = say("now {verdict}", verdict=word(item.judgement.verdict, say))
        text += f"  \n:small[:orange[:material/change_circle: {seen}, {now}]]"
    if tick.note:
        text += f"  \n:small[:material/sticky_note_2: {plain(tick.note)}]"
    st.markdown(text)


def _save(
    page: Page, snapshot: Snapshot, slot: SlotSpec, item: Item, title: str, note_key: str | None
) -> None:
    """Save the tick with the verdict and value on the screen, in one transaction."""
    note = "" if note_key is None else str(st.session_state.get(note_key) or "").strip()
    client = page.services.client
    outcomes.act(
        page,
        f"slot:{slot.id}",
        Message("ticked “{what}”", what=title),
        lambda: (
            outcomes.needs(
                note_key is None or note,
                Message("Write a note first: this check does not pass."),
            )
            or client.tick(
                snapshot.week.id,
                slot.id,
                item.judgement.check,
                note,
                item.judgement.verdict,
                item.judgement.value_text,
                replaces=None if item.tick is None else item.tick.id,
            )
        ),
    )
