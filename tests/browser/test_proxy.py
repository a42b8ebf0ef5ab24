"""The pages behind nginx, which ends TLS: sign-in, WebSocket, headers; identity headers do nothing."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from core.vocabulary import Role
from tests.browser.place import free_port
from tests.browser.provider import Provider, SignInSite, sign_in
from tests.browser.proxy import Nginx
from tests.browser.screen import PATIENCE_MS, Screen

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCH = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1, minutes=10)
# What proxies of other products use to say who comes.
CLAIMED = {
    "X-Forwarded-User": "carla@example.org",
    "X-Forwarded-Email": "carla@example.org",
    "X-Auth-Request-Email": "carla@example.org",
    "Remote-User": "carla@example.org",
    "Tailscale-User-Login": "carla@example.org",
}

pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-light"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInSite]:
    folder = tmp_path_factory.mktemp("proxy")
    provider, outside = Provider(folder), free_port()
    provider.start()
    made = SignInSite(folder / "home", provider, url=f"https://localhost:{outside}")
    nginx = Nginx(folder / "nginx", outside, behind=made.port)
    try:
        made.lists(ana=Role.ENGINEER, carla=Role.CTO)
        made.client.create_week(LAUNCH)
        made.serve()
        nginx.start()
        yield made
    finally:
        nginx.stop()
        made.close()
        provider.stop()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(ignore_https_errors=True, locale="en-US")
    yield made
    made.close()


def test_people_sign_in_and_act_through_the_proxy(
    site: SignInSite, context: BrowserContext
) -> None:
    page = context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    sign_in(page, site.url, "ana", "/hourly_checks")
    page.wait_for_url("**/hourly_checks")
    seen = Screen(page, site.url)
    expect(page.locator("h1").first).to_be_visible(timeout=PATIENCE_MS)
    seen.settle()
    seen.sees("ana@example.org · ML engineer")
    field = seen.main.get_by_label("Note", exact=True).first
    field.fill("Through the proxy.")
    field.press("Enter")
    seen.settle()
    seen.press("Save note")
    expect(seen.main).to_contain_text("Through the proxy.", timeout=PATIENCE_MS)
    assert all(url.startswith(site.url.replace("https", "wss")) for url in sockets)
    assert sockets
    sessions = [each for each in context.cookies() if "session" in each["name"]]
    assert sessions
    assert all(each["secure"] and each["httpOnly"] for each in sessions)


def test_headers_that_name_a_person_let_nobody_in(
    site: SignInSite, context: BrowserContext
) -> None:
    answer = context.request.get(f"{site.url}/decision", headers=CLAIMED, max_redirects=0)
    assert answer.status in {302, 401}
    assert "max-age" in answer.headers["strict-transport-security"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_the_port_behind_the_proxy_sends_people_to_it(
    site: SignInSite, context: BrowserContext
) -> None:
    direct = f"http://127.0.0.1:{site.port}/decision"
    answer = context.request.get(direct, headers=CLAIMED, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, site.url)
