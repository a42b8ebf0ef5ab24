"""What axe-core finds on a page, and what is left out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import EXEMPT, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


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
