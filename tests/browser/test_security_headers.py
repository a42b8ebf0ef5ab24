"""Every page works under its own security policy, and asks no other host for anything."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from dashboard.security_headers import policy
from tests.browser.screen import PLACES
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.place import Site

# Reported by the browser for each thing that the policy made it refuse.
_NOTE = """window.refused = [];
document.addEventListener('securitypolicyviolation', event =>
  window.refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));"""


@pytest.mark.timeout(900)  # of every page one after another, on a busy machine
def test_no_page_asks_another_host_or_needs_what_the_policy_refuses(
    played: Site, window: Open
) -> None:
    screen = window(played)
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    screen.page.on("websocket", lambda socket: asked.append(socket.url))
    screen.page.add_init_script(_NOTE)
    refused = []
    for stem, query in PLACES:
        screen.go(stem, **query)
        screen.assert_whole()
        place = "/".join([stem, *query.values()])
        refused += [f"{place}: {one}" for one in screen.page.evaluate("window.refused")]
    assert not refused, "\n".join(sorted(set(refused)))
    own = urlsplit(played.url).netloc
    assert asked
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {
        own
    }
    # The note is no empty promise: a script of another host is refused, and noted.
    screen.page.evaluate(
        """async () => { const script = document.createElement('script');
        script.src = 'http://localhost:1/evil.js'; document.head.append(script);
        await new Promise(done => setTimeout(done, 300)); }"""
    )
    assert any("evil.js" in one for one in screen.page.evaluate("window.refused"))


def test_every_answer_carries_the_headers(played: Site) -> None:
    for path in ("/_stcore/health", "/this_week"):  # the second is refused: it has no session
        try:
            answer = urllib.request.urlopen(f"{played.url}{path}", timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"] == policy()
        assert "frame-ancestors 'none'" in present(headers["Content-Security-Policy"])
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers.get("Strict-Transport-Security") is None, "only through TLS"
