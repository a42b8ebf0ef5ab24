"""Entry and router: ``streamlit run dashboard/app.py``. Draws the frame, runs one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from dashboard import (
    error_log,
    frame,
    remembered,
    shown_week,
    small_menu,
    tab,
    text_links,
    touch,
    wall,
)
from dashboard.access import admit, current_person, draw_person
from dashboard.components import access_tokens, moment_banner, week_banner
from dashboard.components.boundary import boundary
from dashboard.navigation import (
    DEFAULT,
    ONLY_WATCHED,
    PAGES_FOLDER,
    TITLES,
    build,
    draw_menu,
)
from dashboard.page import current, of_now
from dashboard.viewer import current_viewer, draw_settings

if TYPE_CHECKING:
    from dashboard.wording import Words

tab.plain_tab()


def main() -> None:
    """Draw the sidebar, the frame and the chosen page; only the sign-in if not admitted."""
    error_log.set_up()
    touch.draw()
    say = current_viewer().words
    if not admit(say):
        return
    if wall.asked():
        _wall(say)
        return
    menu = st.sidebar.container()
    with st.sidebar, boundary(say):
        _sidebar(say)
    say = current_viewer().words  # the language may have changed just now
    only_watched = bool(st.session_state.get(ONLY_WATCHED))
    shown = shown_week.query()
    chosen = st.navigation(
        build(say, only_watched=only_watched),
        expanded=True,
        position="hidden" if shown else "sidebar",
    )
    if not chosen.url_path:
        chosen.run()  # redirects to the first page
    if shown:
        with menu:
            draw_menu(say, only_watched=only_watched)
    page = None
    with boundary(say):
        page = current()
        frame.show(page, say.raw(TITLES[chosen.url_path]))
    if bool(st.session_state.get(ONLY_WATCHED)) != only_watched:
        st.rerun()  # with the menu of this week
    if page is not None:
        with boundary(say):
            access_tokens.show(of_now())
        with st.sidebar, boundary(say):
            moment_banner.draw_way(page)
        with boundary(say):
            if page.no_moment is None and (
                chosen.url_path in {"weeks", "all_weeks"} or not week_banner.is_missing(page)
            ):
                chosen.run()


def _wall(say: Words) -> None:
    """The screen on the wall, at the address of any page: no menu, no page below it."""
    chosen = st.navigation(build(say), position="hidden")
    if not chosen.url_path:
        st.switch_page(PAGES_FOLDER / f"{DEFAULT}.py", query_params=st.query_params.to_dict())
    with boundary(say):
        wall.show(of_now())  # a wall shows no past moment


def _sidebar(say: Words) -> None:
    settings = st.container()
    who = st.container()
    with settings:
        draw_settings(say)
    with who:
        draw_person(say, person := current_person())
        access_tokens.draw_button(say, person)
        remembered.draw()
        small_menu.draw()
        text_links.draw()


main()
