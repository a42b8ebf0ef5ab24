"""Sessions that ended, people who were revoked, clocks, a broken list, a provider that is down."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import Role
from runner.home.access_file import give_role, remove_role
from runner.home.sessions import id_of
from runner.settings import Settings
from tests.attack.browserless import http, signed_in, token_of
from tests.attack.place import NAMES
from tests.attack.protocol import Refused, Tab, Widget, tab
from tests.attack.sweep import Watch, drawn, press_key
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.provider import SignInSite

    Seen = Callable[[object], None]

NOTES = "hourly_checks"
Opened = tuple[Tab, list[Widget], dict[str, str]]  # the tab, its controls, the browser's cookies


def shift(site: SignInSite, cookies: dict[str, str], **seconds: float) -> None:
    """Move a session's times, as if the clock had gone on, or had been set back."""
    with sqlite3.connect(site.home.sessions) as sessions:
        for column, by in seconds.items():
            sessions.execute(
                f"update sessions set {column} = {column} + ? where id = ?",
                (by, id_of(token_of(site, cookies))),
            )


def note(mine: Tab, fields: list[Widget], watch: Watch) -> tuple[int, str]:
    """Save a note by controls that were drawn before; the acts it left, and what the page says."""
    press_key(mine, NOTES, fields, "note:")
    return sum(watch.rows().values()), " ".join(mine.texts)


@contextmanager
def open_tab(site: SignInSite, sub: str) -> Iterator[Opened]:
    """A tab in which the person has drawn the page with notes."""
    cookies = signed_in(site, sub)
    with tab(site.url, cookies) as mine:
        yield mine, drawn(mine, NOTES), cookies


def answers(site: SignInSite, cookies: dict[str, str]) -> int:
    with http(site, **cookies) as browser:
        return browser.get("/_stcore/host-config").status_code


def ended_by(site: SignInSite, cookies: dict[str, str], how: str) -> None:
    longest = Settings.read(site.home)
    if how == "idle":
        shift(site, cookies, seen=-longest.session_idle_s - 1)
    elif how == "older than a session may be":
        shift(site, cookies, begun=-longest.session_longest_s - 1)
    elif how == "begun in the future":
        shift(site, cookies, begun=3600)
    else:
        done = trainweek("access", "revoke", NAMES[Role.ENGINEER], home=site.home.root)
        assert done.returncode == 0, done.stderr


@pytest.mark.attempt("an act in an open tab of a session that ended", "0 acts, no new WebSocket")
@pytest.mark.parametrize(
    "how", ["idle", "older than a session may be", "begun in the future", "revoked"]
)
def test_a_session_that_ended_does_nothing_more(how: str, site: SignInSite, seen: Seen) -> None:
    with open_tab(site, "eva") as (mine, fields, cookies):
        assert answers(site, cookies) == 200
        ended_by(site, cookies, how)
        acts, said = note(mine, fields, Watch(site.client))
    with pytest.raises(Refused), tab(site.url, cookies):
        pass
    seen(f"{how}: {acts} acts; HTTP {answers(site, cookies)}")
    assert acts == 0
    assert "Your session has ended." in said
    assert answers(site, cookies) == 401


@pytest.mark.attempt("an act of a person who was removed from access.yaml meanwhile", "0 acts")
def test_a_person_who_was_removed_neither_acts_nor_reads(site: SignInSite, seen: Seen) -> None:
    give_role(site.home, "tom@example.org", Role.ENGINEER)
    site.provider.knows("tom", email="tom@example.org", email_verified=True)
    with open_tab(site, "tom") as (mine, fields, _):
        remove_role(site.home, "tom@example.org")
        acts, said = note(mine, fields, Watch(site.client))
        mine.run("decision")
        reads = "Sharpe" in " ".join(mine.texts)
    seen(f"{acts} acts; the page: {'the week' if reads else 'You are signed in, but not let in'}")
    assert acts == 0
    assert "is not in the access file" in said
    assert not reads


@pytest.mark.attempt("access.yaml broken while the pages are served", "reading goes on, 0 acts")
def test_a_broken_list_is_read_on_and_acts_for_no_one(site: SignInSite, seen: Seen) -> None:
    good = site.home.access.read_bytes()
    with open_tab(site, "eva") as (mine, fields, cookies):
        try:
            site.home.access.write_text("people: {eva@example.org: cto", encoding="utf-8")
            acts, _ = note(mine, fields, Watch(site.client))
            mine.run("this_week")
            reads = len(mine.texts)
            status = answers(site, cookies)
        finally:
            site.home.access.write_bytes(good)
        again, _ = note(mine, drawn(mine, NOTES), Watch(site.client))
    seen(f"{acts} acts, {reads} texts read, HTTP {status}; {again} act once it is mended")
    assert acts == 0
    assert reads > 20
    assert status == 200
    assert again == 1, "the control"


@pytest.mark.attempt("the provider is down", "who is signed in goes on; nobody is let in unproved")
def test_without_the_provider_nobody_new_comes_in(site: SignInSite, seen: Seen) -> None:
    with open_tab(site, "eva") as (mine, fields, _):
        site.provider.stop()
        try:
            with http(site) as browser:
                codes = [
                    browser.get("/sign-in?go=1").status_code,
                    browser.get("/oauth2callback?code=x&state=y").status_code,
                    browser.get("/").status_code,
                ]
                cookies = dict(browser.cookies.items())
            with pytest.raises(Refused), tab(site.url, cookies):
                pass
            acts, _ = note(mine, fields, Watch(site.client))
        finally:
            site.provider.start()
            for name in (each.partition("@")[0] for each in NAMES.values()):
                site.provider.knows(name, email=f"{name}@example.org", email_verified=True)
    seen(f"{acts} act of the person who is signed in; sign-in, callback and page: {codes}")
    assert acts == 1
    assert codes in ([302, 403, 401], [502, 403, 401])  # its addresses may be known already
    assert f"trainweek_session_{site.port}" not in cookies


@pytest.mark.attempt(
    "signing after the host's clock was set back", "refused; a fresh sign-in is asked"
)
def test_a_clock_that_was_set_back_proves_nothing(site: SignInSite, seen: Seen) -> None:
    """The session's times are ahead of the clock: as after a step of half an hour."""
    cookies, watch = signed_in(site, "carla"), Watch(site.client)
    with tab(site.url, cookies) as hers:
        fields = drawn(hers, "decision")
        shift(site, cookies, seen=1800)
        press_key(hers, "decision", fields, "sign:button")
        said = " ".join(hers.texts)
    seen(f"{sum(watch.rows().values())} acts")
    assert not watch.rows()
    assert "This asks for a fresh sign-in." in said


FRESH = {
    "sign": ("carla", "decision", "sign:button"),
    "countersign an override": ("lea", "decision", "countersign:button"),
    "close a blocking incident": ("lea", "escalation", ":close"),
    "close a condition": ("lea", "this_week", "condition:"),
}


@pytest.mark.whole
@pytest.mark.attempt("with a sign-in of an hour ago", "0 acts; a fresh sign-in is asked for")
@pytest.mark.parametrize("act", FRESH)
def test_an_old_sign_in_decides_nothing(act: str, site: SignInSite, seen: Seen) -> None:
    sub, page, key = FRESH[act]
    cookies = signed_in(site, sub)
    with tab(site.url, cookies) as mine:
        fields = drawn(mine, page)
        keys = [w.key for w in fields if w.is_button]
        key = next(each for each in keys if each.startswith(key) or each.endswith(key))
        shift(site, cookies, proved=-3600)
        watch = Watch(site.client)
        press_key(mine, page, fields, key)
        said = " ".join(mine.texts)
    seen(f"{act}: {sum(watch.rows().values())} acts")
    assert not watch.rows()
    assert "This asks for a fresh sign-in." in said
