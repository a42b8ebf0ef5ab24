"""Entry and router: ``streamlit run dashboard/app.py``. Draws the frame, runs one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import error_log, frame, remembered, tab
from dashboard.access import admit, current_person, draw_person
from dashboard.components.boundary import boundary
from dashboard.navigation import ONLY_WATCHED, build
from dashboard.page import current
from dashboard.viewer import current_viewer, draw_settings

if TYPE_CHECKING:
    from dashboard.wording import Words

tab.plain_tab()


def main() -> None:
    """Draw the sidebar, the frame and the chosen page; only the sign-in if not admitted."""
    error_log.set_up()
    say = current_viewer().words
    if not admit(say):
        return
    with st.sidebar, boundary(say):
        _sidebar(say)
    say = current_viewer().words  # the language may have changed just now
    only_watched = bool(st.session_state.get(ONLY_WATCHED))
    chosen = st.navigation(build(say, only_watched=only_watched), expanded=True)
    if not chosen.url_path:
        chosen.run()  # redirects to the first page
    page = None
    with boundary(say):
        page = current()
        frame.show(page, chosen.title)
    if bool(st.session_state.get(ONLY_WATCHED)) != only_watched:
        st.rerun()  # with the menu of this week
    if page is not None:
        with boundary(say):
            chosen.run()


def _sidebar(say: Words) -> None:
    settings = st.container()
    who = st.container()
    with settings:
        draw_settings(say)
    with who:
        draw_person(say, current_person())
        remembered.draw()


main()
