"""Live parts tick without flicker, and can be paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.expected import present, recorded

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site
    from tests.browser.screen import Screen

TWO_TICKS_MS = 7_500  # a tick takes 3 s


def remember(screen: Screen, selector: str) -> None:
    """Keep hold of the very node, to see later whether it was replaced."""
    screen.page.wait_for_selector(selector)
    screen.page.evaluate("s => { window.kept = document.querySelector(s) }", selector)


def still_there(screen: Screen) -> bool:
    return screen.page.evaluate("document.contains(window.kept)")


def test_a_settled_page_draws_what_is_written_and_keeps_the_chart_and_the_place(
    played: Site, window: Open
) -> None:
    screen = window(played)
    screen.go("this_week")
    remember(screen, ".st-key-reward-curve canvas")
    screen.main.evaluate("e => { e.scrollTop = 150 }")
    assert "wrote a note" not in screen.text()
    week = present(played.client.active_week())
    recorded(played.client.note(week.id, week.slots()[0].id, "The curve was looked at."))
    screen.sees("The curve was looked at.")
    assert still_there(screen), "the chart was torn down and drawn again"
    assert screen.main.evaluate("e => e.scrollTop") == 150


def test_a_paused_page_stands_still_and_says_so(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("this_week")
    sidebar = screen.page.get_by_test_id("stSidebar")
    sidebar.get_by_text("Live updates").click()
    screen.sees("Updates paused")
    screen.page.wait_for_timeout(TWO_TICKS_MS / 2)  # a tick that was on its way has come
    screen.settle()
    before = screen.text()
    screen.page.wait_for_timeout(TWO_TICKS_MS)
    assert screen.text() == before
