"""Which week is shown, and as of which moment: the viewer's own choice, in every page's address.

It is in the address alone, so a reload, a new tab, a bookmark and a link that is sent show the
same, and nobody else's tab changes with it. Without it, the active week is shown as of now.
"""

from __future__ import annotations

import streamlit as st

WEEK = "week"  # in the address: ``?week=2026-11-23``
AT = "at"  # ``?at=2026-02-24T03:10Z``; see core.asked_moment
_MEANT = "week-of-the-moment"  # in the session


def asked() -> str | None:
    """The id in the address; None: the active week."""
    return st.query_params.get(WEEK) or None


def asked_moment() -> str | None:
    """The moment in the address; None: now."""
    return st.query_params.get(AT) or None


def query(week: str | None = "") -> dict[str, str]:
    """What a link's address needs for a week; empty: the shown one; None: the active one.

    A shown moment stays with the shown week, and names it: another week may become the active one.
    """
    if week != "":
        return {WEEK: week} if week else {}
    chosen, moment = asked(), asked_moment()
    if moment is not None:
        chosen = chosen or st.session_state.get(_MEANT)
    found = {WEEK: chosen, AT: moment}
    return {name: value for name, value in found.items() if value}


def moment_is_of(week: str) -> None:
    """Keep the week that is shown while the address names none."""
    st.session_state[_MEANT] = week


def leave() -> None:
    """Show the active week, as of now; for a button's callback, or before a rerun."""
    for name in (WEEK, AT):
        st.query_params.pop(name, None)


def show_moment(text: str | None) -> None:
    """Show the pages as of a moment; None: now. For a button's callback."""
    if text:
        week = asked() or st.session_state.get(_MEANT)
        st.query_params.update({AT: text, **({WEEK: week} if week else {})})
    else:
        st.query_params.pop(AT, None)
