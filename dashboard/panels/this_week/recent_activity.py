"""Recent activity, the number of open incidents, and the conditions of the signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import conditions
from dashboard.components.headings import part
from dashboard.formatting import age
from dashboard.panels.this_week.activity_text import activity_lines

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

ENTRIES = 10


def show(page: Page, snapshot: Snapshot) -> None:
    """The newest ledger entries, the open incidents, and the signature's conditions."""
    say = page.say
    part(say("Recent activity"))
    lines = activity_lines(page, snapshot, ENTRIES)
    with st.container(border=True, key="happened"):
        st.markdown("\n\n".join(lines) or say("No activity yet."))
        if page.services.client.moment is None:
            st.markdown(f":small[{_record(page, snapshot)}]")
    _incidents(page, snapshot)
    conditions.of_the_week(page, snapshot)


def _record(page: Page, snapshot: Snapshot) -> str:
    """When all of the record was verified last: a start reads only what came later."""
    say = page.say
    last, problem, late = page.services.client.whole_verification()
    run = say("Run: `trainweek ledger verify`")
    if problem is not None:
        colour, what = "red" if problem.grave else "orange", say.text(problem.what)
        return f":{colour}[:material/report: {what} {run}]"
    if last is None or last.at is None:
        if late:
            text = say("The record as a whole has never been verified.")
            return f":orange[:material/warning: {text} {run}]"
        text = say("The record as a whole is verified once a day, the first time by tomorrow.")
        return f":gray[{text}]"
    ago = age((snapshot.now - last.at).total_seconds())
    text = say(
        "The record as a whole was verified {age} ago, up to line {line:,}.", age=ago, line=last.seq
    )
    if late:
        return f":orange[:material/warning: {text} {run}]"
    return f":gray[:material/verified: {text}]"


def _incidents(page: Page, snapshot: Snapshot) -> None:
    """The number of open incidents; the top of the page lists them."""
    say = page.say
    count = len(snapshot.open_incidents)
    shown = f":red[**{count}**]" if count else say("none")
    st.markdown(f"**{say('Open incidents')}:** {shown}")
