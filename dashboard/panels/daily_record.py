"""The daily summary as it was written, beside what can be read now."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from core.checks.daily import daily_summary, read_daily_summary
from dashboard.components.empty import empty
from dashboard.components.numbers import number
from dashboard.page import Page
from dashboard.queries import Moment

MANUAL_KEYS = 10


def record(page: Page, look: Moment, day: date) -> None:
    """One table: key, written value, value now. A missing or damaged record is said so."""
    say = page.say
    path = page.services.home.daily_summary(day)
    source = page.services.home.relative(path)
    st.markdown(f"#### {say('daily.record')}", anchors=False)
    found = read_daily_summary(path)
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
    now = daily_summary(look.week.playbook, day, look.facts)
    keys = list(now)[:MANUAL_KEYS]
    st.dataframe(
        pd.DataFrame(
            {
                say.raw("daily.key"): keys,
                say.raw("daily.written"): [_cell(page, written, key) for key in keys],
                say.raw("daily.now"): [_cell(page, now, key) for key in keys],
            }
        ),
        hide_index=True,
        height=35 * (len(keys) + 1) + 3,
        key=f"record:{day}",
    )
    if written:
        st.caption(say("daily.record_ok", source=source))
        with st.expander(say.raw("daily.more")):
            st.json(written, expanded=1)


def _cell(page: Page, summary: dict[str, object], key: str) -> str:
    if key not in summary:
        return "–"
    value = summary[key]
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return number(value) if isinstance(value, float) else str(value)
