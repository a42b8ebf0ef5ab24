"""Every page and view of a played week, in three windows: whole, readable, reachable, in its language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.walk import MANNERS, Manner, Walk

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # every page, on a busy machine


@pytest.mark.parametrize("manner", MANNERS.values(), ids=list(MANNERS))
def test_nothing_is_wrong_on_any_page(played: Site, window: Open, manner: Manner) -> None:
    screen = window(played, manner.size, manner.scheme, manner.locale)
    walk = Walk(screen, manner)
    walk.over_every_page()
    wrong = [f"{subject}: {each}" for subject, found in walk.found.items() for each in found]
    assert not wrong, "\n".join(wrong)
    asked = {urlsplit(url).netloc for url in walk.asked if not url.startswith(("data:", "blob:"))}
    assert asked == {urlsplit(played.url).netloc}, "another host"
    # The note of what the policy refuses is no empty promise.
    screen.page.evaluate(
        """async () => { const script = document.createElement('script');
        script.src = 'http://localhost:1/evil.js'; document.head.append(script);
        await new Promise(done => setTimeout(done, 300)); }"""
    )
    assert any("evil.js" in one for one in screen.page.evaluate("window.refused"))
