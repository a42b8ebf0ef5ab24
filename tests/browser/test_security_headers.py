"""Every answer carries the headers that protect its reader."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from dashboard.security_headers import policy
from tests.expected import present

if TYPE_CHECKING:
    from tests.browser.place import Site


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
