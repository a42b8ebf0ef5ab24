"""Each page in a real browser, at both widths and in both schemes; its picture is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from dashboard.navigation import STEMS, TITLES
from tests.browser.screen import SIZES
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site


@pytest.mark.parametrize("size", SIZES)
def test_every_page_of_a_played_week_stands(played: Site, window: Open, size: str) -> None:
    screen = window(played, size)
    foreign: list[str] = []
    screen.page.on("request", lambda request: foreign.extend(_elsewhere(request.url, played.url)))
    for stem in STEMS:
        screen.go(stem)
        expect(screen.page).to_have_title(re.compile(rf"{TITLES[stem]} · trainweek$"))
        screen.sees("SYNTHETIC DATA")
        screen.assert_whole()
        seen = present(screen.page.viewport_size)
        assert screen.main.evaluate("e => e.scrollWidth") <= seen["width"], (
            f"{stem} scrolls sideways"
        )
        for scheme in ("light", "dark"):
            screen.page.emulate_media(color_scheme=scheme)
            screen.keep(f"{stem}-{size}-{scheme}")
        width, height = SIZES[size]
        screen.page.set_viewport_size({"width": width, "height": height})
        screen.page.emulate_media(color_scheme="light")
    assert foreign == []


def _elsewhere(asked: str, own: str) -> list[str]:
    """The address, if it is of another host."""
    return [] if asked.startswith((own, "data:", "blob:")) else [asked]


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
