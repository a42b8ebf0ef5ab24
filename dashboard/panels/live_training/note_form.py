"""A note at a step: recorded in the ledger, and drawn on all curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.panels.live_training.settings import key

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

PLACE = "note:step"


def show(page: Page, snapshot: Snapshot, newest: int) -> None:
    """The form, in a popover.

    :param newest: the run's newest step, which is proposed.
    """
    say = page.say
    denied = page.denied(Right.RECORD, also_elsewhere=True)
    with st.popover(say.raw("Add a note"), icon=":material/add_comment:", key=key("note")):
        st.number_input(
            say.raw("At step"), min_value=0, step=1000, value=None, format="%d",
            placeholder=say.raw("newest"), key=f"{PLACE}:step", disabled=bool(denied),
            on_change="ignore",
        )  # fmt: skip
        st.text_input(
            say.raw("Note"), key=f"{PLACE}:text", max_chars=1000, disabled=bool(denied),
            on_change="ignore",
        )  # fmt: skip

        def save() -> None:
            text = str(st.session_state.get(f"{PLACE}:text") or "").strip()
            step = st.session_state.get(f"{PLACE}:step")
            if text and outcomes.act(
                page,
                PLACE,
                Message("note"),
                lambda: page.services.client.note_at_step(
                    snapshot.week.id, newest if step is None else int(step), text
                ),
            ):
                st.session_state[f"{PLACE}:text"] = ""

        st.button(
            say.raw("Save note"), key=f"{PLACE}:save", disabled=bool(denied), help=denied,
            on_click=save,
        )  # fmt: skip
        outcomes.show(page, PLACE)
