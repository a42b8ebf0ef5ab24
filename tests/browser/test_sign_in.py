"""Sign-in at a real provider, in a real browser: who gets in, who acts, and when it ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from core.ledger_bodies import ActDenied, SignedIn, SignedOut
from core.vocabulary import Role
from runner.home.access_file import remove_role
from tests.browser.provider import Provider, SignInSite, at_provider, sign_in
from tests.browser.screen import PATIENCE_MS, Screen

LAUNCH = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1, minutes=10)
New = Callable[[], BrowserContext]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignInSite]:
    folder = tmp_path_factory.mktemp("sign_in")
    provider = Provider(folder)
    provider.start()
    made = SignInSite(folder / "home", provider)
    try:
        made.lists(ana=Role.ENGINEER, carla=Role.CTO, lea=Role.LEAD)
        made.client.create_week(LAUNCH)
        made.serve()
        yield made
    finally:
        made.close()
        provider.stop()


@pytest.fixture
def new(browser: Browser) -> Iterator[New]:
    made: list[BrowserContext] = []

    def open_() -> BrowserContext:
        made.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US"))
        return made[-1]

    yield open_
    for context in made:
        context.close()


def screen(page: Page, site: SignInSite) -> Screen:
    expect(page.locator("h1").first).to_be_visible(timeout=PATIENCE_MS)
    seen = Screen(page, site.url)
    seen.settle()
    return seen


def denials(site: SignInSite) -> list[tuple[str, str]]:
    return [
        (entry.by, str(entry.body.reason))
        for entry in site.client.activity(None, limit=1000)
        if isinstance(entry.body, ActDenied)
    ]


def write_note(seen: Screen, text: str) -> None:
    field = seen.main.get_by_label("Note", exact=True).first
    field.fill(text)
    field.press("Enter")
    seen.settle()
    seen.press("Save note")


def notes(site: SignInSite) -> list[tuple[str, bool]]:
    week = site.client.active_week()
    assert week is not None
    return [(note.by, note.verified) for note in site.client.notes(week.id)]


def test_a_listed_person_comes_back_to_the_page_and_acts_with_a_verified_name(
    site: SignInSite, new: New
) -> None:
    page = new().new_page()
    sign_in(page, site.url, "ana", "/hourly_checks")
    page.wait_for_url("**/hourly_checks")
    seen = screen(page, site)
    seen.sees("ana@example.org · ML engineer")
    assert "identity unverified" not in seen.text()
    write_note(seen, "Signed in.")
    seen.settle()
    expect(seen.main).to_contain_text("Signed in.", timeout=PATIENCE_MS)
    assert notes(site)[-1] == ("ana@example.org", True)
    lines = [e for e in site.client.activity(None, limit=1000) if isinstance(e.body, SignedIn)]
    assert [e.by for e in lines] == ["ana@example.org"]


@pytest.mark.parametrize(
    ("sub", "claims", "said"),
    [
        ("eve", {"email": "eve@example.org", "email_verified": True}, "eve@example.org is not in"),
        ("una", {"email": "ana@example.org", "email_verified": False}, "has not verified"),
        ("uma", {"email": "ana@example.org", "email_verified": "true"}, "has not verified"),
        ("noa", {}, "sub:noa is not in"),
    ],
)
def test_a_person_who_is_not_proved_and_listed_reads_why_and_whom_to_ask(
    site: SignInSite, new: New, sub: str, claims: dict, said: str
) -> None:
    site.provider.knows(sub, **claims)
    context = new()
    page = context.new_page()
    sign_in(page, site.url, sub)
    expect(page.get_by_role("heading")).to_have_text("You are signed in, but not let in")
    expect(page.locator("p")).to_contain_text(said)
    assert not [c for c in context.cookies() if "session" in c["name"]]
    name = claims.get("email") if claims.get("email_verified") is True else f"sub:{sub}"
    assert any(by == name and said in reason for by, reason in denials(site))
    page.get_by_role("link", name="Sign in as someone else").click()
    at_provider(page, "ana")
    screen(page, site).sees("ana@example.org · ML engineer")


def test_case_of_an_address_does_not_matter(site: SignInSite, new: New) -> None:
    site.provider.knows("shouting", email="ANA@Example.org", email_verified=True)
    page = new().new_page()
    sign_in(page, site.url, "shouting")
    screen(page, site).sees("ana@example.org · ML engineer")


def test_after_sign_out_no_tab_and_no_replayed_cookie_opens_anything(
    site: SignInSite, new: New
) -> None:
    context = new()
    first = context.new_page()
    sign_in(first, site.url, "ana")
    seen = screen(first, site)
    second = context.new_page()
    second.goto(f"{site.url}/hourly_checks")
    other = screen(second, site)
    stolen = context.cookies()
    seen.page.get_by_test_id("stSidebar").get_by_role("button", name="Sign out").click()
    first.wait_for_url(f"{site.provider.url}/**")  # and at the provider
    expect(second.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
    assert [e.by for e in site.client.activity(None) if isinstance(e.body, SignedOut)]

    replay = new()
    replay.add_cookies(stolen)  # type: ignore[arg-type]
    page = replay.new_page()
    page.goto(f"{site.url}/hourly_checks")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert replay.request.get(f"{site.url}/_stcore/host-config").status == 401
    assert "F12-phase4-final" not in other.page.inner_text("body")


def test_a_click_after_the_end_of_a_session_changes_nothing(site: SignInSite, new: New) -> None:
    page = new().new_page()
    sign_in(page, site.url, "ana", "/launch")
    seen = screen(page, site)
    seen.page.get_by_test_id("stSidebar").get_by_text("Live updates").click()  # no tick notices it
    seen.settle()
    expect(seen.main.get_by_role("button", name="Run pre-flight")).to_be_enabled()
    with sqlite3.connect(site.home.sessions) as sessions:
        sessions.execute("update sessions set ended = 1 where ended is null")
    seen.press("Run pre-flight")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
    assert site.client.jobs() == []
    assert ("ana@example.org", "Your session has ended.") in denials(site)


@pytest.mark.parametrize("column", ["seen", "begun"])
def test_idle_and_absolute_end(site: SignInSite, new: New, column: str) -> None:
    page = new().new_page()
    sign_in(page, site.url, "ana")
    screen(page, site)
    with sqlite3.connect(site.home.sessions) as sessions:
        sessions.execute(f"update sessions set {column} = {column} - 13 * 3600")
    page.goto(site.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_person_who_is_removed_is_shown_out_and_acts_no_more(site: SignInSite, new: New) -> None:
    site.lists(max=Role.ENGINEER)
    page = new().new_page()
    sign_in(page, site.url, "max", "/hourly_checks")
    seen = screen(page, site)
    remove_role(site.home, "max@example.org")
    seen.sees("max@example.org is not in the access file")
    assert "F12-phase4-final" not in seen.text()


def test_while_the_list_is_broken_people_read_and_no_one_acts(site: SignInSite, new: New) -> None:
    page = new().new_page()
    sign_in(page, site.url, "ana", "/hourly_checks")
    seen = screen(page, site)
    good = site.home.access.read_bytes()
    before = len(notes(site))
    try:
        site.home.access.write_text("people: {ana@example.org: cto", encoding="utf-8")
        write_note(seen, "Not now.")
        seen.sees("Nothing can be changed now.")
        seen.page.reload()
        seen.sees("ana@example.org · ML engineer")
        assert len(notes(site)) == before
    finally:
        site.home.access.write_bytes(good)


def test_a_broken_login_file_switches_nothing_off_while_it_runs(site: SignInSite, new: New) -> None:
    good = site.home.login.read_bytes()
    try:
        site.home.login.write_text("[auth\n", encoding="utf-8")
        page = new().new_page()
        page.goto(site.url)
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    finally:
        site.home.login.write_bytes(good)


def test_while_the_provider_is_down_people_go_on_and_no_one_gets_in(
    site: SignInSite, new: New
) -> None:
    page = new().new_page()
    sign_in(page, site.url, "ana", "/hourly_checks")
    seen = screen(page, site)
    site.provider.stop()
    try:
        seen.page.reload()
        seen.sees("ana@example.org · ML engineer")
        other = new().new_page()
        other.goto(site.url)
        other.get_by_role("link", name="Sign in").click()
        # The provider's addresses are known by now, so the browser itself can't reach it.
        other.wait_for_timeout(500)
        assert "F12-phase4-final" not in other.inner_text("body")
    finally:
        site.provider.start()


def test_closing_a_blocking_incident_asks_for_a_fresh_sign_in(site: SignInSite, new: New) -> None:
    """Lea comes with a sign-in of an hour ago; what she typed outlives the confirmation."""
    week = site.client.active_week()
    assert week is not None
    site.client.open_incident(week.id, "crash", "It died.")
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).timestamp()
    lea = {"email": "lea@example.org", "email_verified": True}
    site.provider.knows("lea", **lea, auth_time=an_hour_ago)
    context = new()
    page = context.new_page()
    sign_in(page, site.url, "lea", "/escalation")
    seen = screen(page, site)
    seen.sees("lea@example.org · ML lead")
    with sqlite3.connect(site.home.sessions) as sessions:
        stale = sessions.execute("select proved from sessions where name = 'lea@example.org'")
        assert stale.fetchone()[0] == pytest.approx(an_hour_ago)

    site.provider.knows("lea", **lea)
    with context.expect_page() as opened:
        page.get_by_test_id("stSidebar").get_by_role("link", name="Confirm sign-in").click()
    confirming = opened.value
    confirming.wait_for_url(f"{site.provider.url}/**")
    assert "prompt=login" in confirming.url
    assert "max_age=0" in confirming.url
    at_provider(confirming, "lea")
    expect(confirming.get_by_role("heading")).to_have_text("Your sign-in is confirmed")
    with sqlite3.connect(site.home.sessions) as sessions:
        rows = sessions.execute("select proved from sessions where name = 'lea@example.org'")
        assert [row[0] > an_hour_ago + 3000 for row in rows] == [True]
