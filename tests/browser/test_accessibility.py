"""axe-core on every page and view, at both widths and in both schemes; headings in order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import EXEMPT, levels, violations
from tests.browser.screen import PLACES, SIZES, title_at

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Open
    from tests.browser.place import Site


@pytest.mark.timeout(900)  # every page in four windows, on a busy machine
def test_axe_finds_nothing_on_any_page(played: Site, window: Open) -> None:
    screen = window(played)
    found = []
    for stem, query in PLACES:
        screen.go(stem, **query)
        expect(screen.page.get_by_test_id("stSkeleton")).to_have_count(0)
        place = "/".join([stem, *query.values()])
        for size in ("desktop", "phone"):
            width, height = SIZES[size]
            screen.page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                screen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                screen.settle()
                here = f"{place}, {size}, {scheme}"
                found += [f"{here}: {each}" for each in violations(screen.page)]
        ranks = levels(screen.page)
        assert ranks[0] == 1, place
        assert ranks.count(1) == 1, place
        steps = pairwise(ranks)
        assert all(deeper <= before + 1 for before, deeper in steps), (place, ranks)
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
