"""People who come in without a browser: at the provider, or by a one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from dashboard.serving import session_cookie
from runner.cli.page_address import link_of

if TYPE_CHECKING:
    from tests.browser.place import Site

PATIENCE_S = 60.0


def http(site: Site, **cookies: str) -> httpx.Client:
    """Requests to the pages that follow no redirect."""
    return httpx.Client(base_url=site.url, timeout=PATIENCE_S, cookies=cookies, trust_env=False)


def signed_in(site: Site, sub: str) -> dict[str, str]:
    """The cookies of a person whom the provider proved."""
    with httpx.Client(timeout=PATIENCE_S, trust_env=False) as browser:
        asked = browser.get(f"{site.url}/sign-in?go=1")
        assert asked.status_code == 302, asked.text
        proved = browser.post(asked.headers["location"], data={"sub": sub})
        assert proved.status_code == 302, proved.text
        browser.get(proved.headers["location"])
        return dict(browser.cookies.items())


def by_link(site: Site) -> dict[str, str]:
    """The cookies of a browser that opened a one-time link."""
    with http(site) as browser:
        answer = browser.get(link_of(site.home, site.url))
        assert answer.status_code == 303, answer.text
        return dict(browser.cookies.items())


def token_of(site: Site, cookies: dict[str, str]) -> str:
    """The session's token among them."""
    return cookies[session_cookie(site.port)]
