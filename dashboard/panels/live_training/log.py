"""The training log: searched, filtered by level, followed, or the minutes around a mark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from core.checks.training_log import TAGS, LogLine, parse_lines, read_log
from core.errors import SetupError
from core.files import tail
from core.language import plural
from core.timestamps import from_unix
from dashboard.components.log_pane import log_pane
from dashboard.formatting import number
from dashboard.panels.live_training import settings
from dashboard.panels.live_training.settings import key

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from dashboard.page import Page
    from dashboard.panels.live_training.settings import Settings

LINES = 400  # shown, at most
HEIGHT = 340
MINUTES = timedelta(minutes=5)  # before and after a mark


def show(page: Page, chosen: Settings, wall: float | None) -> None:
    """Draw the log in an expander; closed it costs nothing.

    :param wall: unix time of the step around which it is shown; None: its end.
    """
    say, path = page.say, page.services.home.training_log
    opened = st.expander(
        say.raw("Training log"),
        icon=":material/article:",
        expanded=chosen.minutes is not None,
        key=key("training-log"),
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        shown = page.services.home.relative(path)
        if not path.is_file():
            st.caption(say("{path} does not exist yet.", path=shown))
            return
        _controls(page, chosen)
        lines = _lines(page, path, None if wall is None else from_unix(wall))
        _found(page, _filtered(lines, chosen), shown, around=wall is not None)


def _controls(page: Page, chosen: Settings) -> None:
    say = page.say
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            say.raw("Search in the log"), key=key("find"), on_change=settings.write, width=260,
            icon=":material/search:",
        )  # fmt: skip
        st.pills(
            say.raw("Levels"), TAGS, selection_mode="multi", key=key("level"),
            on_change=settings.write, label_visibility="collapsed",
        )  # fmt: skip
        if chosen.minutes is not None:
            st.button(
                say.raw("Back to the end of the log"),
                icon=":material/vertical_align_bottom:",
                key=key("log-end"),
                on_click=settings.choose_minutes,
                args=(None,),
            )
    if chosen.minutes is not None:
        st.caption(
            say(
                "{minutes} min before and after step {step}.",
                minutes=round(MINUTES.total_seconds() / 60),
                step=number(chosen.minutes),
            )
        )


def _lines(page: Page, path: Path, middle: datetime | None) -> list[LogLine]:
    """The end of the log, or all lines around a moment; nothing after a shown past moment."""
    if page.moment is not None:
        end = page.moment.real if middle is None else min(middle + MINUTES, page.moment.real)
        since = None if middle is None else middle - MINUTES
        return _window(path, path.stat().st_size, since, end)[-10 * LINES :]
    if middle is None:
        return list(parse_lines(tail(path, 10 * LINES).splitlines()))
    return _window(path, path.stat().st_size, middle - MINUTES, middle + MINUTES)


@st.cache_data(max_entries=32, ttl=300, show_spinner=False)
def _window(path: Path, size: int, since: datetime | None, until: datetime) -> list[LogLine]:
    """The lines between two moments; a log that has grown is read again."""
    del size
    try:
        return list(read_log(path, since, until))
    except (FileNotFoundError, SetupError):
        return []


def _filtered(lines: list[LogLine], chosen: Settings) -> list[LogLine]:
    wanted = chosen.find.casefold()
    return [
        line
        for line in lines
        if (not chosen.levels or line.tag in chosen.levels) and wanted in line.text.casefold()
    ]


def _found(page: Page, lines: list[LogLine], shown: str, *, around: bool) -> None:
    say = page.say
    if not lines:
        st.caption(say("No such line."))
        return
    kept = lines[:LINES] if around else lines[-LINES:]
    count = say(plural("{n} line", "{n} lines", len(lines)))
    st.caption(f"{count} · `{shown}`")
    log_pane("\n".join(line.text for line in kept), "live-log", HEIGHT)
