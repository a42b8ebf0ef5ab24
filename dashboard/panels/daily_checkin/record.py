"""The daily summary from its file, beside the current readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.checks.daily import daily_summary
from core.vocabulary import GLYPHS
from dashboard.components.empty_state import empty
from dashboard.components.headings import part
from dashboard.components.states import icon
from dashboard.formatting import number
from dashboard.wording import plain

if TYPE_CHECKING:
    from datetime import date

    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

MANUAL_KEYS = 10


def record(page: Page, snapshot: Snapshot, day: date) -> None:
    """One table: key, written value, value now. A missing or damaged file is marked as such."""
    say = page.say
    path = page.services.home.daily_summary(day)
    source = page.services.home.relative(path)
    part(say("Daily summary"))
    found = snapshot.daily_summary(day)
    if found.state == "missing":
        empty(
            say("No summary for {day}", day=page.viewer.date(day)),
            say(
                "{source} does not exist. The daily check writes it at the check-in time, or "
                "now if you run it.",
                source=source,
            ),
            ":material/edit_off:",
        )
    elif found.state == "incomplete":
        st.warning(
            say(
                "{source}: {why}. Run the check again; the live readings are not affected.",
                source=source,
                why=found.why,
            ),
            title=say("The summary is incomplete or damaged"),
            icon=":material/broken_image:",
        )
    written = dict(found.data or {})
    now = daily_summary(snapshot.week.playbook, day, snapshot.facts)
    keys = list(now)[:MANUAL_KEYS]
    rows = [
        {
            say.raw("Key"): f":gray[{plain(key)}]",
            say.raw("In the file"): _cell(page, written, key),
            say.raw("Now"): _cell(page, now, key),
        }
        for key in keys
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=source)
    if written:
        st.caption(say("Written by the daily check: {source}", source=source))
        with st.expander(say.raw("The whole file")):
            st.json(written, expanded=1)


def _cell(page: Page, summary: dict[str, object], key: str) -> str:
    """One value as Markdown; the checklist's glyphs become this app's icons."""
    if key not in summary:
        return "–"
    value = summary[key]
    if value is None:
        return ":gray[null]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if key == "checklist":
        verdicts = {glyph: verdict for verdict, glyph in GLYPHS.items()}
        known = [verdicts.get(glyph) for glyph in str(value).split()]
        return " ".join(icon(verdict) if verdict else "–" for verdict in known)
    # A word of the file as it is there: machine text.
    return page.say(number(value)) if isinstance(value, float) else f"`{value}`"
