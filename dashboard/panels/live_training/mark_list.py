"""The marks as a list: what happened at which step, with the way to the log of those minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.timestamps import from_unix
from dashboard.components.curve_marks import KINDS, at_step
from dashboard.figures.view import MarkKind
from dashboard.panels.live_training import settings
from dashboard.panels.live_training.settings import key
from dashboard.wording import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.data.snapshot import Snapshot
    from dashboard.figures.view import Mark
    from dashboard.page import Page

MOST = 30  # the newest
_ICONS = {
    MarkKind.RESTART: "restart_alt", MarkKind.SETTING: "tune", MarkKind.INCIDENT: "e911_emergency",
    MarkKind.ALERT: "warning", MarkKind.NOTE: "sticky_note_2", MarkKind.CHECK: "task_alt",
}  # fmt: skip


def show(page: Page, snapshot: Snapshot, marks: Sequence[Mark]) -> None:
    """Draw the list in an expander, newest first; closed it costs nothing."""
    say = page.say
    if not marks:
        return
    opened = st.expander(
        say.raw("What happened ({count})", count=len(marks)),
        icon=":material/flag:",
        key=key("happened"),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened, st.container(gap="xxsmall"):
        for place, mark in enumerate(reversed(marks[-MOST:])):
            _row(page, snapshot, mark, place)


def _row(page: Page, snapshot: Snapshot, mark: Mark, place: int) -> None:
    say = page.say
    when = ""
    if mark.wall is not None:
        when = page.viewer.clock(snapshot.clock.to_week(from_unix(mark.wall)))
    said = plain(mark.text or mark.label)
    where = " · ".join(part for part in (at_step(page, mark), when) if part)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/{_ICONS[mark.kind]}: **{say(KINDS[mark.kind])}** {said} "
            f":small[:gray[{plain(where)}]]",
            width="stretch",
        )
        st.button(
            say.raw("Log"),
            icon=":material/article:",
            type="tertiary",
            key=key(f"minutes-of:{place}"),
            help=say("Show the log of these minutes"),
            on_click=settings.choose_minutes,
            args=(int(mark.step),),
        )
