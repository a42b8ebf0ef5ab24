"""What happened since the person last looked; nothing on a first visit, or without news.

The mark moves when the person says that they have seen it: a tab that nobody looks at, or a
glance at another page, takes nothing away. All tabs and devices of a person share it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.errors import SetupError
from core.language import plural
from core.vocabulary import Severity
from dashboard.components import outcomes
from dashboard.components.headings import part
from dashboard.components.states import look
from dashboard.navigation import TITLES
from dashboard.text_links import text_link
from dashboard.wording import plain
from runner.week.news import News, newest_step, news

if TYPE_CHECKING:
    from dashboard.data.snapshot import Snapshot
    from dashboard.page import Page

MOST = 5  # lines
_PLACE = "since-visit"


def show(page: Page, snapshot: Snapshot) -> None:
    """The worst and newest lines, and the button that takes them as seen."""
    person, say = page.viewer.person, page.say
    if page.moment is not None or person.visitor is None:
        return
    client, week = page.services.client, snapshot.week.id
    try:
        mark = client.visit_mark(week)
        if mark is None:
            _seen(page, snapshot)
            return
        unseen = client.unseen(week, mark, _newest(snapshot))
    except SetupError as error:
        st.caption(f"{say.text(error.what)} {say.text(error.remedy)}")
        return
    found = news(snapshot, mark, unseen, person.name if person.named else None)
    if not found:
        return
    with st.container(border=True, gap="xsmall", key=_PLACE):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            since = page.viewer.clock(snapshot.clock.to_week(mark.at))
            part(say("Since you last looked, {time} UTC", time=since))
            st.button(
                say.raw("Seen"),
                key="since-visit-seen",
                icon=":material/done_all:",
                help=say("Also on your other devices. What comes later is listed again."),
                on_click=_take,
                args=(page, snapshot),
            )
        with st.container(key="links-since"):
            st.markdown("\n".join(_line(page, snapshot, one) for one in found[:MOST]))
        if (more := len(found) - MOST) > 0:
            rest = say(plural("and {n} more", "and {n} more", more))
            st.markdown(f":small[:gray[{rest}]]")
        outcomes.show(page, _PLACE)


def _line(page: Page, snapshot: Snapshot, one: News) -> str:
    say, seen = page.say, look(one.severity)
    text = f"**{plain(one.what.in_(page.viewer.language))}** {say(one.text)}"
    if one.quote is not None:
        text += f": {plain(one.quote.in_(page.viewer.language))}"
    when = page.viewer.clock(snapshot.clock.to_week(one.at))
    icon = "" if one.severity is Severity.INFO else f":{seen.colour}[:material/{seen.icon}:] "
    way = text_link(one.page, say(TITLES[one.page]), dict(one.query))
    return f"- {icon}:small[:gray[{plain(when)}]] {text}\n\n  {way}\n"


def _take(page: Page, snapshot: Snapshot) -> None:
    outcomes.act(page, _PLACE, page.say("Seen"), lambda: _seen(page, snapshot))


def _seen(page: Page, snapshot: Snapshot) -> object:
    """Move the mark to what this snapshot shows."""
    run, step = newest_step(snapshot) or (None, None)
    return page.services.client.mark_seen(
        snapshot.week.id, _newest(snapshot), snapshot.now, run, step
    )


def _newest(snapshot: Snapshot) -> int:
    """The week's newest line of the ledger."""
    return max((entry.seq for entry in snapshot.activity), default=0)
