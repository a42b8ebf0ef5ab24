"""The conditions of a signature, tracked to their closure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message, plural
from core.vocabulary import Right, SignatureState
from dashboard.components import outcomes
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page
    from runner.records import Condition

BROKEN = frozenset({SignatureState.VOID, SignatureState.EXPIRED, SignatureState.ALTERED})


def of_the_week(page: Page, snapshot: Snapshot) -> None:
    """On the week's page: the conditions of signatures, and how many are open."""
    # Conditions of an earlier week are shown until they are closed.
    say, tracked = page.say, snapshot.conditions
    still = sum(condition.closed is None for condition in tracked)
    if not tracked:
        st.markdown(f"**{say('Conditions of the signature')}:** {say('none')}")
        return
    open_ = say(plural("{n} open", "{n} open", still))
    st.markdown(f"**{say('Conditions of the signature')}** :gray[{open_}]")
    show(page, snapshot, tracked)


def show(page: Page, snapshot: Snapshot, tracked: Sequence[Condition]) -> None:
    """One row per condition: state, text, owner, due day, and the form that closes it.

    Overdue ones come first, closed ones last.
    """
    today = snapshot.now_week.date()
    for condition in sorted(
        tracked, key=lambda one: (one.closed is not None, not one.overdue(today))
    ):
        place = f"condition:{condition.signature_id}:{condition.number}"
        with st.container(
            horizontal=True, vertical_alignment="center", gap="xsmall", key=f"box-{place}"
        ):
            st.markdown(_text(page, snapshot, condition), width="stretch")
            if condition.closed is None:
                _close(page, condition, place)
        outcomes.show(page, place)


def _text(page: Page, snapshot: Snapshot, condition: Condition) -> str:
    say = page.say
    text = say(
        "{text} ({owner}, due {due})",
        text=condition.text,
        owner=condition.owner,
        due=page.viewer.date(condition.due) if condition.due else "–",
    )
    if condition.closed is not None:
        by = plain(f"{condition.closed.by}, {page.viewer.moment(condition.closed.at_week)}")
        return (
            f":green[:material/task_alt: {say('closed')}] {text}  \n"
            f":small[:gray[{by}: {plain(condition.closed.note)}]]"
        )
    if condition.overdue(snapshot.now_week.date()):
        return f":red[:material/alarm: **{say('overdue')}**] {text}"
    return f":orange[:material/assignment_late: {say('open')}] {text}"


def _close(page: Page, condition: Condition, place: str) -> None:
    say, denied = page.say, page.denied(Right.CLOSE, also_elsewhere=True)
    with st.popover(say.raw("Close"), key=f"{place}:pop", disabled=denied is not None, help=denied):
        st.markdown(f"**{plain(condition.text)}**")
        st.text_area(
            say.raw("Evidence that it is met"), key=f"{place}:note", max_chars=1000, height=80
        )
        st.button(
            say.raw("Close"),
            key=f"{place}:button",
            type="primary",
            disabled=denied is not None,
            on_click=outcomes.click(
                page,
                place,
                Message("closed condition"),
                lambda: page.services.client.close_condition(
                    condition.signature_id,
                    condition.number,
                    str(st.session_state.get(f"{place}:note") or ""),
                    key=outcomes.intent(place),
                ),
            ),
        )
