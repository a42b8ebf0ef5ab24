"""The pages: their order, groups and icons. A page's address is its file's name."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.paths import CHECKOUT
from dashboard.wording import Words

PAGES_FOLDER = CHECKOUT / "pages"


@dataclass(frozen=True)
class Entry:
    """One page; ``stem`` is its file's name and its address."""

    stem: str
    group: str
    icon: str


ENTRIES = (
    Entry("this_week", "week", ":material/calendar_view_week:"),
    Entry("launch", "week", ":material/rocket_launch:"),
    Entry("hourly_checks", "week", ":material/schedule:"),
    Entry("daily_checkin", "week", ":material/event_available:"),
    Entry("live_training", "look", ":material/monitoring:"),
    Entry("troubleshooting", "look", ":material/troubleshoot:"),
    Entry("escalation", "look", ":material/campaign:"),
    Entry("runs_and_jobs", "look", ":material/list_alt:"),
    Entry("revalidation", "decide", ":material/science:"),
    Entry("decision", "decide", ":material/gavel:"),
    Entry("history", "decide", ":material/timeline:"),
    Entry("playbook", "manual", ":material/menu_book:"),
)
STEMS = tuple(entry.stem for entry in ENTRIES)
DEFAULT = "this_week"


def build(say: Words) -> dict[str, list[st.Page]]:
    """The pages by group, titled in the viewer's language.

    The default page has no address of its own in Streamlit; so it is a hidden one that
    goes on to :data:`DEFAULT`, and every page keeps its file's name.
    """
    groups: dict[str, list[st.Page]] = {
        "": [st.Page(go_on, title="trainweek", default=True, visibility="hidden")]
    }
    for entry in ENTRIES:
        page = st.Page(
            PAGES_FOLDER / f"{entry.stem}.py",
            title=say.raw(f"page.{entry.stem}"),
            icon=entry.icon,
            url_path=entry.stem,
        )
        groups.setdefault(say.raw(f"group.{entry.group}"), []).append(page)
    return groups


def go_on() -> None:
    """From the bare address to the first page."""
    st.switch_page(PAGES_FOLDER / f"{DEFAULT}.py")


def link(
    stem: str,
    label: str | None = None,
    *,
    icon: bool = True,
    help: str | None = None,  # noqa: A002 (Streamlit's name)
    query: dict[str, str] | None = None,
) -> None:
    """A link to a page within this session (a plain address would start a new one)."""
    entry = next(entry for entry in ENTRIES if entry.stem == stem)
    st.page_link(
        PAGES_FOLDER / f"{stem}.py",
        label=label,
        icon=entry.icon if icon else None,
        help=help,
        query_params=query,
    )
