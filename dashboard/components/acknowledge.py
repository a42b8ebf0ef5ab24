"""One tap to take an alert on, and who has; on *Alerts* and on *Escalation*."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.why_not import why_not

if TYPE_CHECKING:
    from datetime import datetime

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page


def acknowledge(
    page: Page,
    snapshot: Snapshot,
    alert: str,
    answer: tuple[str, datetime] | None,
    *,
    called: bool = True,
) -> None:
    """The button while nobody has acknowledged the alert; afterwards who did, and when.

    :param alert: its key.
    :param answer: the person and the real time.
    :param called: it is repeated, or passed on, until somebody acknowledges it.
    """
    say, key = page.say, f"ack:{alert}"
    if answer is None:
        denied = page.denied(Right.RECORD, also_elsewhere=True)
        stops = (
            say("It is then neither repeated nor passed on.")
            if called
            else say("The others then see that you take it on.")
        )
        st.button(
            f"**{say('Acknowledge')}**  \n:small[{stops}]",  # two lines: a finger hits them
            key=key,
            wrap=True,
            type="primary",
            width="stretch",
            icon=":material/pan_tool:",
            disabled=denied is not None,
            help=denied,
            on_click=outcomes.click(
                page,
                key,
                Message("the alert is yours").in_(page.viewer.language),
                lambda: page.services.client.acknowledge(alert),
            ),
        )
        why_not(key, denied)
    else:
        by, at = answer
        time = page.viewer.moment(snapshot.clock.to_week(at))
        text = say("Acknowledged by {by}, {time}", by=by, time=time)
        st.markdown(f":green[:material/task_alt: {text}]")
    outcomes.show(page, key)
