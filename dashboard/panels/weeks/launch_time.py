"""The form that changes the launch time of a week that has not started."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right
from dashboard.components import outcomes
from runner.outcomes import Refused

if TYPE_CHECKING:
    from dashboard.page import Page
    from runner.client.week_list import ListedWeek


def change(page: Page, one: ListedWeek, place: str) -> None:
    """The button with its form; disabled once the week has started, with the reason."""
    say, week = page.say, one.week
    denied = page.denied(Right.PLAN, also_elsewhere=True)
    if denied is None and one.fixed_launch is not None:
        fixed = one.fixed_launch
        denied = f"{say.text(fixed.reason)} {say.text(fixed.remedy)}"
    with st.popover(
        say.raw("Change launch time"),
        icon=":material/edit_calendar:",
        disabled=denied is not None,
        help=denied,
        key=f"{place}:launch",
    ):
        st.markdown(
            say(
                "Timeline and checks move with the launch time, for everyone. The week keeps its "
                "id, {week}. The change is recorded with your name and the reason.",
                week=week.id,
            )
        )
        # A later change elsewhere proposes its own time, so the keys have the present one.
        key = f"{place}:{week.launch:%Y%m%d%H%M}"
        day, at = st.columns(2, gap="xsmall")
        day.date_input(
            say.raw("Launch day (UTC)"),
            value=week.launch.date(),
            key=f"{key}:day",
            format=page.viewer.date_input,
        )
        at.time_input(
            say.raw("Launch time (UTC)"), value=week.launch.time(), key=f"{key}:at", step=1800
        )
        st.text_input(say.raw("Reason"), key=f"{key}:reason", max_chars=500)
        st.button(
            say.raw("Change launch time"),
            key=f"{place}:launch:yes",
            type="primary",
            on_click=outcomes.click(
                page,
                place,
                Message("launch time of week {what}", what=week.id),
                lambda: _mend(page, week.id, key),
            ),
        )


def _mend(page: Page, week_id: str, key: str) -> object:
    state = st.session_state
    day, at = state.get(f"{key}:day"), state.get(f"{key}:at")
    if day is None or at is None:
        return Refused(Message("Give a day and a time."))
    launch = datetime.combine(day, at, UTC)
    reason = str(state.get(f"{key}:reason") or "").strip()
    return page.services.client.mend_launch(week_id, launch, reason)
