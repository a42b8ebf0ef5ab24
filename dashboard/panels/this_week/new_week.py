"""No week yet: the one form that a first week needs."""

from __future__ import annotations

from datetime import UTC, datetime, time
from pathlib import Path

import streamlit as st

from core.vocabulary import Right
from dashboard.components import outcomes
from dashboard.page import Page

PLACE = "new-week"


def show(page: Page) -> None:
    say, now = page.say, page.services.now()
    denied = page.denied(Right.OPERATE)
    with st.container(width=620):
        st.markdown(f"#### {say('week.create_title')}", anchors=False)
        st.markdown(say("week.create_text"))
        with st.form("create-week"):
            left, right = st.columns(2)
            day = left.date_input(
                say.raw("week.create_day"), value=now.date(), format=say.raw("date_input")
            )
            at = right.time_input(say.raw("week.create_time"), value=time(14, 0), step=1800)
            synthetic = st.checkbox(
                say.raw("week.create_synthetic"), help=say("week.create_synthetic_help")
            )
            watched = st.text_input(say.raw("week.create_watch"), placeholder="logs/…")
            clicked = st.form_submit_button(
                say.raw("week.create_button"),
                type="primary",
                icon=":material/add:",
                disabled=denied is not None,
                help=denied,
            )
        if clicked and _create(page, datetime.combine(day, at, UTC), synthetic, watched.strip()):
            st.rerun()
        outcomes.show(page, PLACE)
        folder = page.services.home.train_data
        if not folder.is_dir() or not any(folder.iterdir()):
            st.info(
                say("week.no_data", folder=page.services.home.relative(folder)),
                icon=":material/database:",
            )


def _create(page: Page, launch: datetime, synthetic: bool, watched: str) -> bool:
    path = str(Path(page.services.home.resolve(watched))) if watched else None
    return outcomes.act(
        page,
        PLACE,
        page.say.raw("saved.week", what=launch.date()),
        lambda: page.services.client.create_week(launch, synthetic=synthetic, watched=path),
    )
