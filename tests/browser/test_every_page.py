"""Every page and view of a played week, in three windows: whole, readable, reachable, in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import Windows
from tests.browser.walk import MANNERS, Subject, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.browser.place import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # every page, on a busy machine


@pytest.fixture(scope="module", params=MANNERS)
def walk(played: Site, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Walk]:
    manner = MANNERS[request.param]
    windows = Windows(browser)
    made = Walk(windows.open(played, manner.size, manner.scheme, manner.locale), manner)
    made.over_every_page()
    yield made
    windows.close()


@pytest.mark.parametrize(
    ("walk", "subject"),
    [
        (name, each)
        for name, manner in MANNERS.items()
        for each in (Subject.BROKEN, *manner.looks_for)
    ],
    indirect=["walk"],
)
def test_nothing_is_found_on_any_page(walk: Walk, subject: Subject) -> None:
    found = walk.found[subject]
    assert not found, "\n".join(sorted(set(found)))


def test_no_page_asks_another_host_for_anything(walk: Walk, played: Site) -> None:
    asked = {urlsplit(url).netloc for url in walk.asked if not url.startswith(("data:", "blob:"))}
    assert asked == {urlsplit(played.url).netloc}


@pytest.mark.parametrize("walk", ["desktop"], indirect=True)
def test_what_the_policy_refuses_is_noted(walk: Walk) -> None:
    walk.screen.page.evaluate(
        """async () => { const script = document.createElement('script');
        script.src = 'http://localhost:1/evil.js'; document.head.append(script);
        await new Promise(done => setTimeout(done, 300)); }"""
    )
    assert any("evil.js" in one for one in walk.screen.page.evaluate("window.refused"))
