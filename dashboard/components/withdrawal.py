"""Undo of a tick: it is taken back with a reason, and the record keeps both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.wording import plain

if TYPE_CHECKING:
    from datetime import datetime

    from core.playbook import SlotSpec
    from dashboard.page import Page
    from runner.records import Tick
    from runner.tick_records import Withdrawal


def form(page: Page, slot: SlotSpec, tick: Tick, title: str) -> None:
    """The reason, behind a button; only for those who may tick."""
    if page.denied(Right.RECORD) is not None:
        return
    say, key = page.say, f"undo:{slot.id}:{tick.check}"

    def save() -> None:
        reason = str(st.session_state.get(f"{key}:why") or "").strip()
        outcomes.act(
            page,
            f"slot:{slot.id}",
            Message("took back the tick of “{what}”", what=title).in_(page.viewer.language),
            lambda: (
                outcomes.needs(reason, Message("Write first why the tick is taken back."))
                or page.services.client.withdraw_tick(tick.id, reason)
            ),
        )

    with st.popover(
        say.raw("Undo"),
        key=f"{key}:pop",
        icon=":material/undo:",
        type="tertiary",
    ):
        who = say("Ticked by {by}. The check is open again, and the record keeps both.", by=tick.by)
        st.markdown(f"**{plain(title)}**  \n{who}")
        st.text_area(
            say.raw("Why is the tick taken back?"), key=f"{key}:why", max_chars=1000, height=80
        )
        st.button(say.raw("Take back the tick"), key=f"{key}:save", type="primary", on_click=save)


def line(page: Page, taken: Withdrawal, day: datetime) -> None:
    """Who took the last tick back, when and why.

    :param day: of the slot, in week time.
    """
    text = page.say(
        "Tick taken back by {by}, {time}: {reason}",
        by=taken.by,
        time=page.viewer.beside(taken.at_week, day),
        reason=taken.reason,
    )
    st.markdown(f":small[:orange[:material/undo: {text}]]")
