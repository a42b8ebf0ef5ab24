"""The first pages that somebody sees: of a bare address, of an empty home, in Portuguese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboard.navigation import STEMS

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site


def test_the_bare_address_leads_to_this_week(played: Site, window: Open) -> None:
    screen = window(played)
    screen.page.goto(played.url)
    screen.page.wait_for_url("**/this_week")
    screen.sees("Timeline")


def test_every_page_of_an_empty_home_says_what_to_do(fresh: Site, window: Open) -> None:
    if fresh.client.active_week() is not None:
        pytest.skip("another test has made the week already")
    screen = window(fresh)
    for stem in STEMS:
        screen.go(stem)
        screen.assert_whole()
        if stem not in {"this_week", "playbook"}:
            screen.sees("There is no training week yet")
        screen.sees("trainweek runner")
    screen.go("this_week")
    screen.sees("Create the first week")
    screen.keep("empty-desktop-light")


def test_portuguese_is_a_click_away(played: Site, window: Open) -> None:
    screen = window(played)
    screen.go("this_week")
    screen.page.get_by_test_id("stSidebar").get_by_role("radio", name="Português").click()
    screen.sees("Esta semana")
    screen.assert_whole()
    screen.keep("this_week-portuguese")
