"""axe-core on every page and view, on a desktop and a phone; headings in order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import EXEMPT, levels, violations
from tests.browser.screen import PLACES, title_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Open
    from tests.browser.place import Site


# The colours of both schemes are compared by computation: tests/dashboard/test_theme_contrast.py
@pytest.mark.timeout(900)  # every page, on a busy machine
@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_nothing_on_any_page(
    played: Site, window: Open, size: str, scheme: Literal["light", "dark"]
) -> None:
    screen = window(played, size, scheme)
    screen.page.emulate_media(reduced_motion="reduce")
    found = []
    for stem, query in PLACES:
        screen.go(stem, **query)
        expect(screen.page.get_by_test_id("stSkeleton")).to_have_count(0)
        place = "/".join([stem, *query.values()])
        found += [f"{place}: {each}" for each in violations(screen.page)]
        ranks = levels(screen.page)
        steps = pairwise([0, *ranks])
        if ranks.count(1) != 1 or any(low > high + 1 for high, low in steps):
            found.append(f"{place}: headings of levels {ranks}")
        assert title_at(stem, query) in screen.main.get_by_role("heading", level=1).inner_text()
    assert not found, "\n".join(found)


@pytest.fixture
def blank(browser: Browser) -> Page:
    return browser.new_context().new_page()


def test_what_is_wrong_is_found_and_only_the_named_exceptions_are_left_out(blank: Page) -> None:
    nav = EXEMPT[0].within.strip("[]")
    blank.set_content(
        "<html lang=en><title>x</title><main><h1>Title</h1>"
        "<ul id=ours><div><li>one</li></div></ul>"
        f"<ul {nav}><div><li>one</li></div></ul>"
        '<p id=pale style="color: #999; background: #fff">pale</p></main></html>'
    )
    found = violations(blank)
    assert any("serious color-contrast at #pale" in each for each in found)
    assert (
        [each for each in found if " list at " in each]
        == [each for each in found if " list at #ours" in each]
        != []
    )
