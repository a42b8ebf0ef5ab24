"""The form that creates the first week, or plans a further one beside the active week."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.components.headings import part

if TYPE_CHECKING:
    from dashboard.page import Page

PLACE = "new-week"
_LAUNCH = time(14, 0)  # the manual's, UTC


def show(page: Page, *, planned: bool = False) -> None:
    """Draw the form; it is disabled without the right to operate."""
    say, now = page.say, page.services.now()
    denied = page.denied(Right.OPERATE, also_elsewhere=True)
    with st.container(width=620):
        if planned:
            st.markdown(
                say(
                    "The active week stays the active one. Make the new week active when it begins."
                )
            )
        else:
            part(say("Create the first week"))
            st.markdown(
                say(
                    "A week is one run of the playbook, counted from its launch time. The "
                    "timeline, the checks and the gates follow from it."
                )
            )
        with st.form("create-week"):
            left, right = st.columns(2)
            day = left.date_input(
                say.raw("Launch day (UTC)"),
                value=_next_launch(now).date(),
                format=page.viewer.date_input,
            )
            at = right.time_input(say.raw("Launch time (UTC)"), value=_LAUNCH, step=1800)
            synthetic = st.checkbox(
                say.raw("The market data is synthetic"),
                help=say(
                    "Check this if `trainweek data sample` wrote the data. Every number based on "
                    "it is then marked as synthetic."
                ),
            )
            watched = st.text_input(
                say.raw("Watch a run started elsewhere (log folder)"), placeholder="logs/…"
            )
            clicked = st.form_submit_button(
                say.raw("Create week"),
                type="primary",
                icon=":material/add:",
                disabled=denied is not None,
                help=denied,
            )
        if clicked and _create(
            page, datetime.combine(day, at, UTC), synthetic, watched.strip(), planned=planned
        ):
            st.rerun()
        outcomes.show(page, PLACE)
        folder = page.services.home.train_data
        if not folder.is_dir() or not any(folder.iterdir()):
            st.info(
                say(
                    "No market data in {folder}. Copy candles there, or generate a synthetic "
                    "market with `trainweek data sample`.",
                    folder=page.services.home.relative(folder),
                ),
                icon=":material/database:",
            )


def _next_launch(now: datetime) -> datetime:
    """The next usual launch: today's, or tomorrow's if it has passed."""
    today = datetime.combine(now.date(), _LAUNCH, UTC)
    return today if now < today else today + timedelta(days=1)


def _create(page: Page, launch: datetime, synthetic: bool, watched: str, *, planned: bool) -> bool:
    path = str(Path(page.services.home.resolve(watched))) if watched else None
    return outcomes.act(
        page,
        PLACE,
        Message("week {what}", what=launch.date()),
        lambda: page.services.client.create_week(
            launch, synthetic=synthetic, watched=path, planned=planned
        ),
    )
