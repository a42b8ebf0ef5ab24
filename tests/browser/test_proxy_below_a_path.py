"""The pages below a path of a host that nginx serves: nginx names the people, the provider confirms."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.ledger_bodies import SignedIn
from core.vocabulary import Role
from tests.browser.place import free_port
from tests.browser.provider import Provider, SignInSite, at_provider
from tests.browser.proxy import BELOW_A_PATH, SECRET, Nginx
from tests.browser.screen import PATIENCE_MS, Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Request

    As = Callable[[str], Page]

LAUNCH = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1, minutes=10)
PROXY = f"""
[proxy]
addresses = ["127.0.0.1"]
email_header = "X-Forwarded-Email"
secret = "{SECRET}"
"""
PEOPLE = {f"{name}@example.org": f"password of {name}" for name in ("ana", "carla", "eve")}


pytestmark = pytest.mark.skipif(
    shutil.which("nginx") is None, reason="needs nginx: apt-get install nginx-light"
)


class BelowSite(SignInSite):
    base_path = "/trainweek"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInSite]:
    folder = tmp_path_factory.mktemp("below")
    provider, outside = Provider(folder), free_port()
    provider.start()
    url = f"https://localhost:{outside}/trainweek"
    made = BelowSite(folder / "home", provider, url=url, proxy=PROXY)
    nginx = Nginx(folder / "nginx", outside, made.port, BELOW_A_PATH, PEOPLE)
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
def as_(browser: Browser) -> Iterator[As]:
    made: list[BrowserContext] = []

    def open_(name: str) -> Page:
        email = f"{name}@example.org"
        made.append(
            browser.new_context(
                ignore_https_errors=True,
                locale="en-US",
                viewport={"width": 1440, "height": 900},
                http_credentials={"username": email, "password": PEOPLE[email]},
            )
        )
        return made[-1].new_page()

    yield open_
    for context in made:
        context.close()


def shown(page: Page, site: SignInSite) -> Screen:
    expect(page.locator("h1").first).to_be_visible(timeout=PATIENCE_MS)
    seen = Screen(page, site.url)
    seen.settle()
    return seen


def test_whom_nginx_names_reads_and_acts_below_the_path(site: SignInSite, as_: As) -> None:
    page = as_("ana")
    asked: list[str] = []
    sockets: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    packed: list[str | None] = []
    page.on("request", note)
    page.on(
        "response",
        lambda got: (
            packed.append(got.headers.get("content-encoding"))
            if "/trainweek/static/js/index" in got.url
            else None
        ),
    )
    page.on("websocket", lambda socket: sockets.append(socket.url))
    week = site.client.active_week()
    assert week is not None
    page.goto(f"{site.url}/hourly_checks?week={week.id}")
    seen = shown(page, site)
    seen.sees("ana@example.org · ML engineer")
    assert "/trainweek/hourly_checks" in page.url
    field = seen.main.get_by_label("Note", exact=True).first
    field.fill("Below a path.")
    field.press("Enter")
    seen.settle()
    seen.press("Save note")
    expect(seen.main).to_contain_text("Below a path.", timeout=PATIENCE_MS)
    page.get_by_role("link", name="Decision").first.click()
    page.wait_for_url("**/trainweek/decision*")
    shown(page, site)
    page.reload()
    shown(page, site)
    outside = [url for url in asked if url.startswith("http") and not url.startswith(site.url)]
    assert outside == []
    assert "gzip" in packed
    assert sockets
    assert all(url.startswith(site.url.replace("https", "wss") + "/") for url in sockets)
    ours = [c for c in page.context.cookies() if c["name"].startswith("trainweek")]
    assert {c["path"] for c in ours} == {"/trainweek"}
    lines = [e for e in site.client.activity(None, limit=1000) if isinstance(e.body, SignedIn)]
    assert [e.by for e in lines] == ["ana@example.org"]


def test_signing_asks_the_provider_and_the_page_is_as_before(site: SignInSite, as_: As) -> None:
    page = as_("carla")
    page.goto(f"{site.url}/decision")
    seen = shown(page, site)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Confirm sign-in").click()
    tab = opened.value
    at_provider(tab, "carla")
    expect(tab.get_by_role("heading")).to_have_text("Your sign-in is confirmed")
    assert tab.url.startswith(f"{site.url}/oauth2callback")
    page.reload()
    seen = shown(page, site)
    seen.sees("carla@example.org · CTO")
    expect(page.get_by_role("link", name="Confirm sign-in")).to_have_count(0)


def test_signing_out_ends_it_and_says_who_still_knows_one(site: SignInSite, as_: As) -> None:
    page = as_("ana")
    page.goto(f"{site.url}/hourly_checks")
    shown(page, site)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()  # of the provider
    expect(page.get_by_role("heading", name="You are signed out here")).to_be_visible()
    assert not [c for c in page.context.cookies() if "session" in c["name"]]


def test_a_person_of_nginx_who_is_not_listed_reads_so(site: SignInSite, as_: As) -> None:
    page = as_("eve")
    page.goto(f"{site.url}/decision")
    expect(page.locator("p")).to_contain_text("eve@example.org is not in the access file")
    assert not [c for c in page.context.cookies() if "session" in c["name"]]


def test_who_connects_is_the_proxy_whatever_a_header_says(site: SignInSite, as_: As) -> None:
    page = as_("ana")
    claimed = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Email": "carla@example.org"}
    page.context.set_extra_http_headers(claimed)
    page.goto(f"{site.url}/decision")
    shown(page, site).sees("ana@example.org · ML engineer")


@pytest.mark.parametrize("secret", [None, "a long random guess"])
def test_another_program_of_the_machine_is_nobody(site: SignInSite, secret: str | None) -> None:
    headers = {
        "Host": site.url.split("/")[2],
        "Accept": "text/html",
        "X-Forwarded-Email": "carla@example.org",
    }
    if secret:
        headers["X-Trainweek-Proxy"] = secret
    address = f"http://127.0.0.1:{site.port}/trainweek/decision"
    with pytest.raises(urllib.error.HTTPError) as refused:
        _opener().open(urllib.request.Request(address, headers=headers))
    assert refused.value.status == 302
    assert refused.value.headers["Location"].startswith("/trainweek/sign-in?back=")
    assert "set-cookie" not in refused.value.headers
    headers["X-Trainweek-Proxy"] = SECRET  # the proxy itself: a positive control
    with pytest.raises(urllib.error.HTTPError) as let_in:
        _opener().open(urllib.request.Request(address, headers=headers))
    assert "trainweek_session" in let_in.value.headers["set-cookie"]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)
