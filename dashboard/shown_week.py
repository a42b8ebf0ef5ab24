"""Which week is shown: the viewer's own choice, in the address of every page.

It is in the address alone, so a reload, a new tab, a bookmark and a link that is sent show the
same week, and nobody else's tab changes with it. Without it, the active week is shown.
"""

from __future__ import annotations

import streamlit as st

WEEK = "week"  # in the address: ``?week=2026-11-23``


def asked() -> str | None:
    """The id in the address; None: the active week."""
    return st.query_params.get(WEEK) or None


def query(week: str | None = "") -> dict[str, str]:
    """What a link's address needs for a week; empty: the shown one; None: the active one."""
    chosen = asked() if week == "" else week
    return {WEEK: chosen} if chosen else {}


def leave() -> None:
    """Show the active week; for a button's callback, or before a rerun."""
    st.query_params.pop(WEEK, None)
