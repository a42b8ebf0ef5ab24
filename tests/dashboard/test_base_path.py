"""The pages below a base path: nothing outside it, and no address that leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core.access import AccessList
from core.listening import Listening
from core.paths import Home
from dashboard.doors import doors
from dashboard.gate import Gate
from tests.dashboard.test_gate import CLAIMS, COOKIE, HTML, INNER, OWN, PORT
from tests.expected import present
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from core.login import Login
    from runner.client.entry import Entry

BASE = "/team/trainweek"
LISTED = AccessList.model_validate({"people": {"ana@example.org": "lead"}})


def below(login: Login) -> Login:
    return login.model_copy(update={"redirect_uri": f"{OWN}{BASE}/oauth2callback"})


def browser_of(entry: Entry, base: str = BASE) -> TestClient:
    login = entry.login
    inner = doors(entry, login, PORT) if login else None
    gate = Gate(INNER, entry, Listening(PORT, base_path=base), inner)
    return TestClient(gate, base_url=OWN, follow_redirects=False)


def streams(browser: TestClient, path: str) -> bool:
    try:
        with browser.websocket_connect(
            f"ws://localhost:{PORT}{path}", headers={"origin": OWN}
        ) as socket:
            return socket.receive_text() == "the week"
    except WebSocketDisconnect:
        return False


def test_a_link_opens_the_pages_and_its_cookie_stays_below(tmp_path: Path) -> None:
    entry = entry_of(Home(tmp_path))
    browser = browser_of(entry)
    link = entry.sessions.make_link(entry.now())
    to_pages = browser.get(f"{BASE}?token={link}")
    assert to_pages.headers["location"] == f"{BASE}/?token={link}"
    answer = browser.get(f"{BASE}/decision?token={link}&week=2026-11-23")
    assert answer.headers["location"] == f"{BASE}/decision?week=2026-11-23"
    assert f"; path={BASE};" in answer.headers["set-cookie"].lower() + ";"
    assert browser.get(f"{BASE}/decision").text == "the week"


@pytest.mark.parametrize("path", ["/decision", "/team", f"{BASE}x/decision", "/_stcore/health"])
def test_what_is_not_below_it_is_not_there_even_with_the_cookie(tmp_path: Path, path: str) -> None:
    entry = entry_of(Home(tmp_path))
    browser = browser_of(entry)
    token = entry.open_link(entry.sessions.make_link(entry.now()))
    browser.cookies.set(COOKIE, present(token))
    assert browser.get(path, headers=HTML).status_code == 404
    assert not streams(browser, "/_stcore/stream")
    assert browser.get("/").headers["location"] == f"{BASE}/"


def test_the_parts_that_are_closed_or_open_are_so_below_it(tmp_path: Path) -> None:
    entry = entry_of(Home(tmp_path), below(LOGIN), LISTED)
    browser = browser_of(entry)
    assert browser.get(f"{BASE}/_stcore/health").text == "the week"  # without a session
    browser.cookies.set(COOKIE, present(entry.begin(CLAIMS, None)))
    assert browser.get(f"{BASE}/decision").text == "the week"
    for closed in ("auth/login", "_stcore/agent/x", "_stcore/metrics"):
        assert browser.get(f"{BASE}/{closed}").status_code == 404


def test_the_sign_in_is_below_it_too(tmp_path: Path) -> None:
    browser = browser_of(entry_of(Home(tmp_path), below(LOGIN), LISTED))
    away = browser.get(f"{BASE}/decision?week=2026-11-23", headers=HTML)
    assert away.headers["location"] == (
        f"{BASE}/sign-in?back=%2Fteam%2Ftrainweek%2Fdecision%3Fweek%3D2026-11-23"
    )
    page = browser.get(away.headers["location"])
    assert f'href="{BASE}/sign-in?go=1"' in page.text
    assert f"path={BASE};" in page.headers["set-cookie"]
    assert browser.get("/sign-in").status_code == 404
    elsewhere = browser.get(f"{BASE}/", headers={"host": "127.0.0.1:8501"})
    assert elsewhere.headers["location"] == OWN + BASE
