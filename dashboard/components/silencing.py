"""Silences: made with a reason and an end, and shown above every page until then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import TrainweekError
from core.language import Message, plural
from core.vocabulary import Right
from dashboard.components import done_form, outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.alerts.conditions import Silence
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

HOURS = (1, 4, 12, 24)


def silence_form(page: Page, alert: str) -> None:
    """Reason and end of a new silence of one alert, behind a button."""
    say, denied, key = page.say, page.denied(Right.RECORD, also_elsewhere=True), f"silence:{alert}"
    form = done_form.open_key(key)

    def save() -> None:
        reason = str(st.session_state.get(f"{form}:reason") or "").strip()
        hours = st.session_state.get(f"{form}:hours") or HOURS[0]
        client = page.services.client
        saved = outcomes.act(
            page,
            key,
            plural("silenced for {n} hour", "silenced for {n} hours", hours).in_(
                page.viewer.language
            ),
            lambda: client.silence(alert, client.now() + timedelta(hours=hours), reason),
        )
        if saved:
            done_form.done(key)

    with st.popover(
        say.raw("Silence"),
        icon=":material/notifications_paused:",
        type="tertiary",
        disabled=denied is not None,
        help=denied,
        key=f"{form}:open",
    ):
        st.selectbox(
            say.raw("For how long"),
            HOURS,
            format_func=lambda n: say.raw(plural("{n} hour", "{n} hours", n)),
            key=f"{form}:hours",
        )
        st.text_area(say.raw("Why"), key=f"{form}:reason", max_chars=1000, height=72)
        st.button(say.raw("Silence it"), key=f"{form}:save", on_click=save)
    outcomes.show(page, key)


def silence_lines(page: Page, snapshot: Snapshot) -> list[str]:
    """A line of Markdown for each that holds now; the alerts are read once for all of them."""
    now = [one for one in snapshot.records.silences if one.holds(snapshot.now)]
    titles = _titles(page) if now else {}
    return [_line(page, one, titles) for one in now]


def silenced(page: Page, silence: Silence, alert: str, title: str) -> None:
    """On the card of an alert: that it is silenced, and the way to end that."""
    denied = page.denied(Right.RECORD, also_elsewhere=True)
    key = f"unsilence:{silence.id}:{alert}"  # of a kind it stands on several cards
    text = _line(page, silence, {alert: title})
    st.markdown(f":orange[:material/notifications_paused: {text}]")
    st.button(
        page.say.raw("End the silence"),
        key=key,
        icon=":material/notifications_active:",
        disabled=denied is not None,
        help=denied,
        on_click=outcomes.click(
            page,
            f"silence:{alert}",
            Message("the silence has ended").in_(page.viewer.language),
            lambda: page.services.client.end_silence(silence.id),
        ),
    )


def _titles(page: Page) -> dict[str, str]:
    """What people call the alerts that are reported now, by their keys."""
    try:
        found = page.services.client.alerts().firing
    except TrainweekError:  # the line with the key is better than none
        return {}
    return {alert.key: alert.last.subject[page.viewer.language] for alert in found}


def _line(page: Page, silence: Silence, titles: Mapping[str, str]) -> str:
    """Markdown: what is silenced until when, by whom, why."""
    return page.say(
        "Silenced until {time}: {what}, by {by}: {reason}",
        time=page.viewer.moment(silence.until),
        what=titles.get(silence.what, silence.what),
        by=silence.by,
        reason=silence.reason,
    )
