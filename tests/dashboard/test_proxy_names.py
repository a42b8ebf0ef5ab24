"""People whom a proxy names: only from its address, with its secret, one address, listed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core.access import AccessList
from core.errors import PermissionDenied
from core.ledger_bodies import ActDenied, SignedIn
from core.listening import Listening
from core.paths import Home
from core.people import Person
from core.trusted_proxy import TrustedProxy
from core.vocabulary import Right, Role
from dashboard.doors import doors
from dashboard.gate import Gate
from runner.client import Client
from tests.dashboard.test_gate import COOKIE, HTML, INNER, OWN, PORT
from tests.expected import present
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from runner.client.entry import Entry

PROXY, SECRET = "10.0.0.5", "a-secret-of-at-least-twenty"
LISTED = AccessList.model_validate(
    {"people": {"ana@example.org": "lead", "carla@example.org": "cto"}}
)
ANA = {"X-Forwarded-Email": "Ana@example.org", **HTML}
AGAINST = TrustedProxy(addresses=(PROXY,), email_header="X-Forwarded-Email")
WITH_SECRET = TrustedProxy(
    addresses=("127.0.0.1", "::1"), email_header="X-Forwarded-Email", secret=SECRET
)


def entry_behind(home: Path, proxy: TrustedProxy) -> Entry:
    return entry_of(Home(home), LOGIN.model_copy(update={"proxy": proxy}), LISTED)


def browser_of(entry: Entry, peer: str) -> TestClient:
    gate = Gate(INNER, entry, Listening(PORT), doors(entry, present(entry.login), PORT))
    return TestClient(gate, base_url=OWN, follow_redirects=False, client=(peer, 50_000))


def streams(browser: TestClient, **headers: str) -> bool:
    try:
        with browser.websocket_connect(
            f"ws://localhost:{PORT}/_stcore/stream", headers={"origin": OWN, **headers}
        ) as socket:
            return socket.receive_text() == "the week"
    except WebSocketDisconnect:
        return False


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}"])
def test_a_listed_person_comes_in_and_it_is_on_the_ledger(tmp_path: Path, peer: str) -> None:
    entry = entry_behind(tmp_path, AGAINST)
    browser = browser_of(entry, peer)
    answer = browser.get("/decision?week=2026-11-23", headers=ANA)
    assert (answer.status_code, answer.headers["location"]) == (302, "/decision?week=2026-11-23")
    assert browser.get("/decision", headers=ANA).text == "the week"
    assert streams(browser, **{"X-Forwarded-Email": "ana@example.org"})
    session = present(entry.session(browser.cookies[COOKIE]))
    assert entry.person(session).name == "ana@example.org"
    said = [e.body for e in Client(entry.home, Person("x", Role.VIEWER)).activity(None, limit=9)]
    assert [type(body) for body in said] == [SignedIn]


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.6", {}),
        ("127.0.0.1", {}),
        ("10.0.0.6", {"X-Forwarded-For": PROXY, "Forwarded": f"for={PROXY}"}),
    ],
)
def test_from_any_other_address_the_header_is_nothing(
    tmp_path: Path, peer: str, headers: dict[str, str]
) -> None:
    browser = browser_of(entry_behind(tmp_path, AGAINST), peer)
    answer = browser.get("/decision", headers=ANA | headers)
    assert answer.headers["location"].startswith("/sign-in?back=")
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("secret", [None, "", "a-secret-of-at-least-twentz"])
def test_on_this_machine_the_secret_counts_too(tmp_path: Path, secret: str | None) -> None:
    browser = browser_of(entry_behind(tmp_path, WITH_SECRET), "127.0.0.1")
    sent = {} if secret is None else {"X-Trainweek-Proxy": secret}
    assert "/sign-in" in browser.get("/", headers=ANA | sent).headers["location"]
    answer = browser.get("/", headers=ANA | {"X-Trainweek-Proxy": SECRET})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "names",
    [
        ["ana@example.org", "carla@example.org"],
        ["ana@example.org", "ana@example.org"],
        [""],
        ["ana"],
        ["sub:1"],
        ["ana@example.org, carla@example.org"],
        ["aña@example.org"],
    ],
)
def test_a_header_that_is_not_one_address_lets_nobody_in(tmp_path: Path, names: list[str]) -> None:
    browser = browser_of(entry_behind(tmp_path, AGAINST), PROXY)
    headers = [("accept", "text/html"), *(("X-Forwarded-Email", name) for name in names)]
    answer = browser.get("/", headers=[(k.encode(), v.encode()) for k, v in headers])
    assert answer.status_code == 403
    assert "names no e-mail address" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_person_who_is_not_listed_reads_why_and_it_is_on_the_ledger(tmp_path: Path) -> None:
    entry = entry_behind(tmp_path, AGAINST)
    browser = browser_of(entry, PROXY)
    answer = browser.get("/", headers=HTML | {"X-Forwarded-Email": "eve@example.org"})
    assert answer.status_code == 403
    assert "eve@example.org is not in the access file" in answer.text
    assert "/sign-in?go=another" in answer.text
    (line,) = Client(entry.home, Person("x", Role.VIEWER)).activity(None, limit=9)
    assert isinstance(line.body, ActDenied)
    assert line.by == "eve@example.org"


def test_a_look_at_the_headers_alone_begins_no_session(tmp_path: Path) -> None:
    entry = entry_behind(tmp_path, AGAINST)
    browser = browser_of(entry, PROXY)
    answer = browser.head("/", headers=ANA)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert Client(entry.home, Person("x", Role.VIEWER)).activity(None, limit=9) == []
    assert browser.get("/", headers=ANA).status_code == 302
    assert browser.head("/", headers=ANA).status_code == 200


def test_another_person_at_the_proxy_gets_nothing_of_the_first_ones_session(
    tmp_path: Path,
) -> None:
    entry = entry_behind(tmp_path, AGAINST)
    browser = browser_of(entry, PROXY)
    browser.get("/", headers=ANA)
    first = browser.cookies[COOKIE]
    carla = {"X-Forwarded-Email": "carla@example.org"}
    assert not streams(browser, **carla)
    assert browser.get("/media/x", headers=carla).status_code == 401
    assert browser.get("/", headers=HTML | carla).status_code == 302
    assert present(entry.session(browser.cookies[COOKIE])).name == "carla@example.org"
    assert entry.session(first) is None


def test_it_is_no_fresh_sign_in_until_the_provider_confirms_it(tmp_path: Path) -> None:
    entry = entry_behind(tmp_path, AGAINST)
    browser = browser_of(entry, PROXY)
    browser.get("/", headers=HTML | {"X-Forwarded-Email": "carla@example.org"})
    token = browser.cookies[COOKIE]
    session = present(entry.session(token))
    entry.home.access.write_text("people: {carla@example.org: cto}\n", encoding="utf-8")
    entry.home.access.chmod(0o600)
    carla = entry.person(session)
    entry.require(carla, Right.SIGN)
    with pytest.raises(PermissionDenied, match="fresh sign-in"):
        entry.require(carla, Right.SIGN, fresh=True)
    at = datetime.now(UTC) - timedelta(seconds=5)
    proved = {"sub": "7", "email": "carla@example.org", "email_verified": True}
    assert entry.begin({**proved, "auth_time": at.timestamp()}, token) is None
    entry.require(carla, Right.SIGN, fresh=True)
    assert browser.get("/", headers=HTML | {"X-Forwarded-Email": "carla@example.org"}).text


@pytest.mark.parametrize("sign_out", [None, "https://proxy.example.org/oauth2/sign_out"])
def test_signing_out_says_that_the_proxy_still_knows_the_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sign_out: str | None
) -> None:
    entry = entry_behind(tmp_path, AGAINST.model_copy(update={"sign_out": sign_out}))
    browser = browser_of(entry, PROXY)
    browser.get("/", headers=ANA)
    token = browser.cookies[COOKIE]
    answer = browser.get("/sign-out", headers=ANA)  # nobody answers at the provider's address
    assert entry.session(token) is None
    if sign_out:
        assert answer.headers["location"] == sign_out
    else:
        assert "still knows you" in answer.text
