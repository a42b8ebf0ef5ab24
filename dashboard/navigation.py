"""The pages: their order, groups and icons. A page's URL path is its file's name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from core.language import Message
from core.paths import CHECKOUT
from dashboard import shown_week

if TYPE_CHECKING:
    from dashboard.wording import Words

PAGES_FOLDER = CHECKOUT / "pages"


@dataclass(frozen=True)
class Entry:
    """One page; ``stem`` is its file's name and its URL path."""

    stem: str
    title: Message
    group: Message
    icon: str


_WEEK, _MONITOR = Message("Week"), Message("Monitor")
_DECIDE, _MANUAL = Message("Decide"), Message("Manual")
ENTRIES = (
    Entry("this_week", Message("This week"), _WEEK, ":material/calendar_view_week:"),
    Entry("launch", Message("Launch"), _WEEK, ":material/rocket_launch:"),
    Entry("hourly_checks", Message("Hourly checks"), _WEEK, ":material/schedule:"),
    Entry("daily_checkin", Message("Daily check-in"), _WEEK, ":material/event_available:"),
    Entry("weeks", Message("Weeks"), _WEEK, ":material/date_range:"),
    Entry("all_weeks", Message("All weeks"), _WEEK, ":material/view_list:"),
    Entry("live_training", Message("Live training"), _MONITOR, ":material/monitoring:"),
    Entry("troubleshooting", Message("Troubleshooting"), _MONITOR, ":material/troubleshoot:"),
    Entry("escalation", Message("Escalation"), _MONITOR, ":material/campaign:"),
    Entry("alerts", Message("Alerts"), _MONITOR, ":material/notifications_active:"),
    Entry("on_call", Message("On call"), _MONITOR, ":material/support_agent:"),
    Entry("runs", Message("Runs"), _MONITOR, ":material/stacked_line_chart:"),
    Entry("jobs", Message("Jobs"), _MONITOR, ":material/list_alt:"),
    Entry("revalidation", Message("Revalidation"), _DECIDE, ":material/science:"),
    Entry("recipe", Message("Recipe"), _DECIDE, ":material/casino:"),
    Entry("decision", Message("Decision"), _DECIDE, ":material/gavel:"),
    Entry("history", Message("History"), _DECIDE, ":material/timeline:"),
    Entry("playbook", Message("Playbook"), _MANUAL, ":material/menu_book:"),
)
TITLES = {entry.stem: entry.title for entry in ENTRIES}
STEMS = tuple(TITLES)
DEFAULT = "this_week"
WATCHING = frozenset(
    {"live_training", "troubleshooting", "weeks", "all_weeks"}
)  # of a run that is only watched
WITH_CURVES = frozenset({"this_week", "live_training", "troubleshooting", "runs"})
ONLY_WATCHED = "only_watched"  # in the session: what the frame found of the week
OVERDUE = "overdue"  # in the session: how many slots of each page are late, as the frame found


def build(say: Words, *, only_watched: bool = False) -> dict[str, list[st.Page]]:
    """The pages by group, titled in the viewer's language.

    Streamlit's default page has no URL path, so it is a hidden page that redirects to
    :data:`DEFAULT`, and every other page keeps its file's name. For a run that is only watched,
    the pages of a training week are left out of the menu.
    """
    groups: dict[str, list[st.Page]] = {
        "": [st.Page(redirect, title="trainweek", default=True, visibility="hidden")]
    }
    for entry in ENTRIES:
        page = st.Page(
            PAGES_FOLDER / f"{entry.stem}.py",
            title=_label(say, entry),
            icon=entry.icon,
            url_path=entry.stem,
            visibility="hidden" if only_watched and entry.stem not in WATCHING else "visible",
        )
        groups.setdefault(say.raw(entry.group), []).append(page)
    return groups


def _label(say: Words, entry: Entry) -> str:
    """``Hourly checks (1)`` while one of its slots is overdue."""
    late = st.session_state.get(OVERDUE, {}).get(entry.stem, 0)
    return f"{say.raw(entry.title)} ({late})" if late else say.raw(entry.title)


def redirect() -> None:
    """Redirect from the root URL to the first page."""
    switch(DEFAULT)


def switch(stem: str, week: str | None = "") -> None:
    """Go to another page.

    :param week: the week that it shows; empty: the one shown here; None: the active one.
    """
    st.switch_page(PAGES_FOLDER / f"{stem}.py", query_params=shown_week.query(week))


def draw_menu(say: Words, *, only_watched: bool = False) -> None:
    """The menu of a week that was chosen: links that keep it in the address.

    Streamlit's own menu leaves it out.
    """
    with st.container(gap="xsmall", key="week-menu"):
        listed = [one for one in ENTRIES if one.stem in WATCHING or not only_watched]
        for group, entries in groupby(listed, key=lambda entry: entry.group):
            st.caption(say(group))
            for entry in entries:
                link(entry.stem, _label(say, entry))


def link(
    stem: str,
    label: str | None = None,
    *,
    icon: bool = True,
    help: str | None = None,
    query: dict[str, str] | None = None,
    week: str | None = "",
) -> None:
    """A link to a page within this session (a plain URL would start a new one).

    :param week: the week that it shows; empty: the one shown here; None: the active one.
    """
    entry = next(entry for entry in ENTRIES if entry.stem == stem)
    st.page_link(
        PAGES_FOLDER / f"{stem}.py",
        label=label,
        icon=entry.icon if icon else None,
        help=help,
        query_params={**shown_week.query(week), **(query or {})} or None,
    )
