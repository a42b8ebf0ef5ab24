"""Ways in that are none: no session, an old one, another's; a foreign site; another program."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from core.vocabulary import Role
from dashboard.serving import session_cookie
from runner.cli.page_address import link_of
from runner.home.sessions import id_of
from tests.attack.browserless import by_link, http, signed_in, token_of
from tests.attack.place import NAMES
from tests.attack.protocol import Refused, tab
from tests.attack.sweep import Watch, drawn, filled, press_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.place import Site
    from tests.browser.provider import SignInSite

    Seen = Callable[[object], None]

PARTS = ("/", "/decision", "/_stcore/host-config", "/media/x.json", "/static/x.js")
PROGRAMS = ("/auth/login", "/_stcore/agent", "/_stcore/metrics", "/_stcore/script-health-check")


def refused(url: str, cookies: dict[str, str] | None, **headers: Any) -> str:
    """How the server refused the WebSocket."""
    with pytest.raises(Refused) as error, tab(url, cookies, **headers):
        pass
    return str(error.value)


def claims(site: Site, role: Role) -> dict[str, str]:
    """The cookie in which a browser remembers the role that was chosen without a login."""
    return {f"trainweek_{site.port}": quote(json.dumps({"role": role.value, "name": "Carla"}))}


@pytest.mark.attempt("no cookie, and a cookie that says CTO, with a login", "no WebSocket, no page")
def test_with_a_login_there_is_nothing_without_a_session(site: SignInSite, seen: Seen) -> None:
    forged = claims(site, Role.CTO) | {session_cookie(site.port): "x" * 43}
    answers = [refused(site.url, cookies) for cookies in (None, claims(site, Role.CTO), forged)]
    with http(site, **forged) as browser:
        pages = {path: browser.get(path).status_code for path in PARTS}
        upload = browser.put("/_stcore/upload_file/a/b", headers={"Origin": site.url}).status_code
    seen(f"{answers}; {pages}; upload {upload}")
    assert set(answers) == {"HTTP 403"}
    assert set(pages.values()) <= {302, 401}
    assert upload in (401, 302)


@pytest.mark.attempt("without a login: no cookie, Origin http://localhost:9999", "no WebSocket")
def test_without_a_login_another_program_gets_nothing(open_site: Site, seen: Seen) -> None:
    """As it was done: pick role CTO and a name, and sign."""
    answers = [
        refused(open_site.url, None, origin="http://localhost:9999"),
        refused(open_site.url, claims(open_site, Role.CTO)),
        refused(open_site.url, claims(open_site, Role.CTO), origin=None),
    ]
    with http(open_site, **claims(open_site, Role.CTO)) as browser:
        pages = {path: browser.get(path).status_code for path in PARTS}
    seen(f"{answers}; {pages}")
    assert set(answers) == {"HTTP 403"}
    assert set(pages.values()) == {403}


@pytest.mark.attempt(
    "a live session's cookie from a foreign origin or by a foreign name", "refused"
)
@pytest.mark.parametrize("login", [True, False])
def test_a_foreign_origin_or_host_gets_no_websocket(
    login: bool, site: SignInSite, open_site: Site, seen: Seen
) -> None:
    at: Site = site if login else open_site
    cookies = signed_in(site, "lea") if login else by_link(open_site)
    with tab(at.url, cookies) as own:  # the control
        assert own.run("this_week")
    tried: dict[str, dict[str, str | None]] = {
        "another port": {"origin": "http://localhost:9999"},
        "another site": {"origin": "https://evil.example"},
        "a longer name": {"origin": f"{at.url}.evil.example"},
        "https": {"origin": at.url.replace("http:", "https:")},
        "null": {"origin": "null"},
        "none": {"origin": None},
        "a rebound name": {
            "host": f"evil.example:{at.port}",
            "origin": f"http://evil.example:{at.port}",
        },
        "a name of another port": {"host": "localhost:1"},
    }
    answers = {name: refused(at.url, cookies, **given) for name, given in tried.items()}
    seen(f"{len(answers)} refused, the page's own origin let in")
    assert set(answers.values()) == {"HTTP 403"}


@pytest.mark.attempt("the cookie replayed after sign-out, and another tab that was open", "0 acts")
def test_after_sign_out_nothing_is_left(site: SignInSite, seen: Seen) -> None:
    cookies, watch = signed_in(site, "eva"), Watch(site.client)
    with tab(site.url, cookies) as other:
        fields = drawn(other, "hourly_checks")
        press_key(other, "hourly_checks", fields, "note:")
        assert watch.rows(NAMES[Role.ENGINEER]), "the control: the note was saved"
        fields = drawn(other, "hourly_checks")
        with http(site, **cookies) as browser:
            assert browser.get("/sign-out").status_code == 302
        again = Watch(site.client)
        press_key(other, "hourly_checks", fields, "note:")
        acts, said = again.rows(), " ".join(other.texts)
    answer = refused(site.url, cookies)
    seen(f"{sum(acts.values())} acts in the other tab, which says that the session ended; {answer}")
    assert not acts
    assert "Your session has ended." in said
    with http(site, **cookies) as browser:
        assert browser.get("/_stcore/host-config").status_code == 401


@pytest.mark.attempt("a viewer with a cookie that says CTO, where people sign in", "0 acts")
def test_a_claimed_role_counts_nothing_where_people_sign_in(site: SignInSite, seen: Seen) -> None:
    watch = Watch(site.client)
    with tab(site.url, signed_in(site, "vic") | claims(site, Role.CTO)) as mine:
        fields = drawn(mine, "decision")
        mine.run("decision", filled(fields))
        assert not [w for w in mine.widgets.values() if w.key.startswith("sign:")]
        fields = drawn(mine, "hourly_checks")
        press_key(mine, "hourly_checks", fields, "note:")
    seen(f"{sum(watch.rows().values())} acts, no signing form")
    assert not watch.rows()


@pytest.mark.attempt("a CTO's Streamlit session taken up by a viewer's WebSocket", "0 acts")
def test_a_session_of_streamlit_serves_the_browser_that_began_it(
    site: SignInSite, seen: Seen
) -> None:
    """Streamlit lets a WebSocket take up a session by its id, with the callbacks it drew."""
    watch = Watch(site.client)
    with tab(site.url, signed_in(site, "carla")) as hers:
        fields = drawn(hers, "hourly_checks")
        taken = hers.session_id
    with tab(site.url, signed_in(site, "vic"), resume=taken) as mine:
        press_key(mine, "hourly_checks", fields, "note:")
        resumed = mine.session_id == taken
    lines = [(line.by, line.kind) for line in watch.lines() if line.kind == "note"]
    seen(f"resumed: {resumed}; {len(lines)} acts")
    assert not lines
    with tab(site.url, signed_in(site, "vic"), resume=taken) as mine:
        mine.run("hourly_checks")
        assert "carla@example.org" not in " ".join(mine.texts)


@pytest.mark.attempt("Streamlit's own sign-in, its interface for programs, its metrics", "404")
def test_what_streamlit_offers_beside_the_pages_is_closed(site: SignInSite, seen: Seen) -> None:
    with http(site, **signed_in(site, "lea")) as browser:
        answers = {path: browser.get(path).status_code for path in PROGRAMS}
    seen(answers)
    assert set(answers.values()) == {404}


@pytest.mark.attempt("a sign-in of an hour ago signs", "refused; a fresh one is asked for")
def test_an_old_sign_in_signs_nothing(site: SignInSite, seen: Seen) -> None:
    cookies, watch = signed_in(site, "carla"), Watch(site.client)
    with sqlite3.connect(site.home.sessions) as sessions:
        sessions.execute(
            "update sessions set proved = proved - 3600 where id = ?",
            (id_of(token_of(site, cookies)),),
        )
    with tab(site.url, cookies) as hers:
        fields = drawn(hers, "decision")
        press_key(hers, "decision", fields, "sign:button")
        said = " ".join(hers.texts)
    seen(f"{sum(watch.rows().values())} acts")
    assert not watch.rows()
    assert "This asks for a fresh sign-in." in said


@pytest.mark.attempt("a one-time link used twice; a session that was revoked", "refused")
def test_a_link_opens_once_and_a_revoked_session_acts_no_more(open_site: Site, seen: Seen) -> None:
    link = link_of(open_site.home, open_site.url)
    with http(open_site) as first, http(open_site) as second:
        codes = first.get(link).status_code, second.get(link).status_code
        cookies = dict(first.cookies.items())
    watch = Watch(open_site.client)
    with tab(open_site.url, cookies | claims(open_site, Role.CTO)) as mine:
        fields = drawn(mine, "decision")
        with sqlite3.connect(open_site.home.sessions) as sessions:
            sessions.execute("update sessions set ended = 1 where ended is null")
        press_key(mine, "decision", fields, "sign:button")
    seen(f"{codes}; {sum(watch.rows().values())} acts after the revocation")
    assert codes == (303, 403)
    assert not watch.rows()
    refused(open_site.url, cookies)
