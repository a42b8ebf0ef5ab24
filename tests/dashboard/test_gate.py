"""In front of the pages: no live session, foreign name or foreign origin, no page and no WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from core.access import AccessList
from core.listening import Listening
from core.paths import Home
from dashboard.gate import Gate
from runner.home.sessions import id_of
from tests.expected import present
from tests.runner.entrance import LOGIN, entry_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.websockets import WebSocket

PORT = 8501
OWN = f"http://localhost:{PORT}"
COOKIE = f"trainweek_session_{PORT}"
HTML = {"accept": "text/html"}
CLAIMS = {"sub": "1", "email": "ana@example.org", "email_verified": True}
PARTS = ("/", "/decision", "/media/x.json", "/_stcore/host-config", "/static/x.js", "/component/x")


async def _page(request: Request) -> PlainTextResponse:
    return PlainTextResponse("the week")


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("the week")
    await socket.close()


INNER = Starlette(
    routes=[
        WebSocketRoute("/_stcore/stream", _stream),
        Route("/{path:path}", _page, methods=["GET", "POST", "PUT"]),
    ]
)


class House:
    """The gate on a home, and a browser before it."""

    def __init__(self, home: Home, login: bool) -> None:
        access = AccessList.model_validate({"people": {"ana@example.org": "lead"}})
        self.entry = entry_of(home, LOGIN if login else None, access if login else None)
        doors = Starlette(routes=[Route("/sign-in", _page)]) if login else None
        self.browser = TestClient(
            Gate(INNER, self.entry, Listening(PORT), doors), base_url=OWN, follow_redirects=False
        )
        if login:
            self.token = present(self.entry.begin(CLAIMS, None))
        else:
            link = self.entry.sessions.make_link(self.entry.now())
            self.token = present(self.entry.open_link(link))

    def comes_in(self) -> None:
        self.browser.cookies.set(COOKIE, self.token)

    def streams(self, **headers: str) -> bool:
        """Whether a WebSocket is let through; by default as the page's own browser asks."""
        asked = {"origin": OWN} | headers
        try:
            with self.browser.websocket_connect(
                f"ws://localhost:{PORT}/_stcore/stream",
                headers={k: v for k, v in asked.items() if v},
            ) as socket:
                return socket.receive_text() == "the week"
        except (WebSocketDisconnect, WebSocketDenialResponse):
            return False


@pytest.fixture(params=[False, True], ids=["without a login", "with a login"])
def house(tmp_path: Path, request: Any) -> House:
    return House(Home(tmp_path), request.param)


def test_a_live_session_gets_the_page_and_its_parts(house: House) -> None:
    house.comes_in()
    for path in PARTS:
        assert house.browser.get(path).text == "the week", path
    assert house.streams()


def test_without_one_there_is_nothing_but_the_health(house: House) -> None:
    for path in PARTS:
        answer = house.browser.get(path, headers=HTML)
        assert "the week" not in answer.text, path
        assert answer.status_code == (302 if house.entry.login else 403)
        assert house.browser.get(path).status_code in (401, 403)
    assert not house.streams()
    assert house.browser.get("/_stcore/health").status_code == 200


@pytest.mark.parametrize("forged", ["", "x", "hash"])
def test_a_forged_or_ended_cookie_opens_nothing(house: House, forged: str) -> None:
    value = id_of(house.token) if forged == "hash" else forged
    house.browser.cookies.set(COOKIE, value)
    assert not house.streams()
    house.comes_in()
    house.entry.leave(present(house.entry.session(house.token)))
    assert not house.streams()
    assert "the week" not in house.browser.get("/", headers=HTML).text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:9999"},
        {"origin": ""},
        {"origin": "null"},
        {"origin": "https://localhost:8501"},
        {"origin": "http://localhost:8501.evil.example"},
        {"origin": "http://evil.example:8501", "host": "evil.example:8501"},
        {"host": "localhost"},
    ],
)
def test_a_foreign_origin_or_name_gets_no_websocket_even_with_the_cookie(
    house: House, headers: dict[str, str]
) -> None:
    house.comes_in()
    assert not house.streams(**headers)


def test_a_rebound_name_gets_no_page_and_a_foreign_form_posts_nothing(house: House) -> None:
    house.comes_in()
    assert "the week" not in house.browser.get("/", headers={"host": "evil.example:8501"}).text
    upload = "/_stcore/upload_file/x/y"
    assert house.browser.put(upload, headers={"origin": "http://localhost:9999"}).status_code == 403
    assert house.browser.put(upload).status_code == 403
    assert house.browser.put(upload, headers={"origin": OWN}).text == "the week"


@pytest.mark.parametrize(
    "path", ["/auth/login", "/auth/logout", "/_stcore/agent/x", "/_stcore/metrics"]
)
def test_streamlits_own_sign_in_and_its_program_interface_are_closed(
    house: House, path: str
) -> None:
    house.comes_in()
    assert house.browser.get(path).status_code == 404


def test_a_link_opens_one_browser_and_leaves_the_address(tmp_path: Path) -> None:
    house = House(Home(tmp_path), login=False)
    link = house.entry.sessions.make_link(house.entry.now())
    address = f"/decision?token={link}&language=pt"
    answer = house.browser.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/decision?language=pt")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert house.streams()
    other = House(Home(tmp_path), login=False)
    answer = other.browser.get(address, headers=HTML | {"accept-language": "pt-BR"})
    assert answer.status_code == 403
    assert not other.streams()


def test_a_link_without_a_page_leads_to_the_one_that_was_asked_for_before(tmp_path: Path) -> None:
    house = House(Home(tmp_path), login=False)
    asked = "/alerts?week=2026-02-23&alert=finding:hung"
    assert house.browser.get(asked, headers=HTML).status_code == 403
    house.browser.get("/static/x.js")  # what a page fetches is not what the person asked for
    link = house.entry.sessions.make_link(house.entry.now())
    answer = house.browser.get(f"/?token={link}", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (
        303, "/alerts?week=2026-02-23&alert=finding%3Ahung",
    )  # fmt: skip
    again = house.entry.sessions.make_link(house.entry.now())
    assert house.browser.get(f"/?token={again}").headers["location"] == "/"


@pytest.mark.parametrize(
    "kept", ["//evil.example/", "https%3A//evil.example", "/\\evil", "/alerts%0d%0aset-cookie:x"]
)
def test_what_a_browser_says_it_asked_for_leads_to_no_other_site(tmp_path: Path, kept: str) -> None:
    house = House(Home(tmp_path), login=False)
    house.browser.cookies.set(f"trainweek_asked_{PORT}", kept)
    link = house.entry.sessions.make_link(house.entry.now())
    assert house.browser.get(f"/?token={link}").headers["location"] == "/"


def test_a_link_never_leads_to_another_site(tmp_path: Path) -> None:
    house = House(Home(tmp_path), login=False)
    link = house.entry.sessions.make_link(house.entry.now())
    answer = house.browser.get(f"http://localhost:8501//evil.example/?token={link}")
    assert answer.headers["location"] == "/evil.example/"


def test_with_a_login_a_link_opens_nothing(tmp_path: Path) -> None:
    house = House(Home(tmp_path), login=True)
    link = house.entry.sessions.make_link(house.entry.now())
    answer = house.browser.get(f"/decision?token={link}", headers=HTML)
    assert answer.headers["location"] == "/sign-in?back=%2Fdecision"
    assert "set-cookie" not in answer.headers


def test_with_a_login_another_name_of_the_machine_leads_to_the_pages_own(tmp_path: Path) -> None:
    house = House(Home(tmp_path), login=True)
    answer = house.browser.get("/", headers={"host": "127.0.0.1:8501"})
    assert (answer.status_code, answer.headers["location"]) == (302, OWN)


def test_sessions_that_can_not_be_read_let_no_one_in(house: House) -> None:
    house.comes_in()
    house.entry.sessions.path.chmod(0o644)
    answer = house.browser.get("/", headers=HTML)
    assert answer.status_code == 503
    assert "accessible to others" in answer.text
    assert not house.streams()
