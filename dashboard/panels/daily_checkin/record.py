"""The daily summary as it was written, beside what can be read now."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from core.checks.daily import daily_summary
from core.vocabulary import GLYPHS
from dashboard.components.empty import empty
from dashboard.components.states import icon
from dashboard.data.snapshot import Snapshot
from dashboard.formatting import number
from dashboard.page import Page
from dashboard.wording import plain

MANUAL_KEYS = 10


def record(page: Page, snapshot: Snapshot, day: date) -> None:
    """One table: key, written value, value now. A missing or damaged record is said so."""
    say = page.say
    path = page.services.home.daily_summary(day)
    source = page.services.home.relative(path)
    st.markdown(f"#### {say('daily.record')}", anchors=False)
    found = snapshot.sources.daily_summary(day)
    if found.state == "missing":
        empty(
            say("daily.record_missing", day=day),
            say("daily.record_missing_text", source=source),
            ":material/edit_off:",
        )
    elif found.state == "incomplete":
        st.warning(
            say("daily.record_incomplete_text", source=source, why=found.why),
            title=say("daily.record_incomplete"),
            icon=":material/broken_image:",
        )
    written = dict(found.data or {})
    now = daily_summary(snapshot.week.playbook, day, snapshot.facts)
    keys = list(now)[:MANUAL_KEYS]
    rows = [
        {
            say.raw("daily.key"): f":gray[{plain(key)}]",
            say.raw("daily.written"): _cell(page, written, key),
            say.raw("daily.now"): _cell(page, now, key),
        }
        for key in keys
    ]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True, alt=source)
    if written:
        st.caption(say("daily.record_ok", source=source))
        with st.expander(say.raw("daily.more")):
            st.json(written, expanded=1)


def _cell(page: Page, summary: dict[str, object], key: str) -> str:
    """One value as Markdown; the glyphs of the checklist as the icons of this app."""
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
    return plain(number(value) if isinstance(value, float) else value)
