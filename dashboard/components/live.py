"""The way most panels are drawn: with a week, behind the boundary, again on each tick."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.components.boundary import boundary
from dashboard.components.empty import week_or_way
from dashboard.page import Page


def live_panel(page: Page, draw: Callable[[Page], None]) -> None:
    """Draw a panel and keep it live; without a week, show the way to one instead.

    At most one a page: Streamlit tells fragments apart by the function that they run.
    """
    if week_or_way(page) is None:
        return

    def body() -> None:
        with boundary(page.say):
            draw(page)

    page.live(body)
