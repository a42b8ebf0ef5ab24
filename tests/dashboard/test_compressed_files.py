"""Streamlit's own files go out compressed, once packed for all; everything else passes untouched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient

from dashboard.compressed_files import CompressedFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.websockets import WebSocket


async def _words(request: Request) -> PlainTextResponse:
    return PlainTextResponse("word " * 1000)


async def _stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(await socket.receive_text())
    await socket.close()


class Counted:
    """Passes on, and notes what was asked of Streamlit."""

    asked: list[str]

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        Counted.asked = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            Counted.asked.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, no_runtime: None) -> Iterator[TestClient]:
    """The real Streamlit app behind the middleware, on an empty page."""
    script: Path = tmp_path_factory.mktemp("app") / "app.py"
    script.write_text("")
    app = st.App(
        script,
        routes=[Route("/words", _words), WebSocketRoute("/echo", _stream)],
        middleware=[Middleware(CompressedFiles), Middleware(Counted)],
    )
    with TestClient(app) as made:
        yield made


@pytest.fixture(scope="module")
def script(browser: TestClient) -> str:
    """The path of the script that Streamlit's page begins with."""
    page = browser.get("/").text
    return "/static/" + page.split('src="./static/')[1].split('"')[0]


def test_a_script_is_a_third_as_long_and_says_the_same(browser: TestClient, script: str) -> None:
    plain = browser.get(script, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = browser.get(script, headers={"accept-encoding": "br, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2.5
    assert packed.content == plain.content  # the client unpacks it
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_it_is_kept_for_a_year_and_named_otherwise_than_the_plain_one(
    browser: TestClient, script: str
) -> None:
    plain = browser.get(script, headers={"accept-encoding": "identity"})
    packed = browser.get(script)
    assert packed.headers["cache-control"] == plain.headers["cache-control"]
    assert "immutable" in packed.headers["cache-control"]
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.headers["etag"] != plain.headers["etag"]
    again = browser.get(script, headers={"if-none-match": packed.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = browser.get(script, headers={"if-none-match": plain.headers["etag"]})
    assert other.status_code == 200


def test_it_is_compressed_once(browser: TestClient, script: str) -> None:
    browser.get(script)
    Counted.asked.clear()
    assert browser.get(script).headers["content-encoding"] == "gzip"
    head = browser.head(script)
    assert (head.content, head.headers["content-encoding"]) == (b"", "gzip")
    assert not Counted.asked


def test_a_browser_that_knows_the_file_asks_for_it_before_it_was_ever_packed(
    browser: TestClient,
) -> None:
    page = browser.get("/").text
    style = "/static/" + page.split('href="./static/')[1].split('"')[0]
    answer = browser.get(style, headers={"if-none-match": '"of an earlier version"'})
    assert (answer.status_code, bool(answer.content)) == (200, True)


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip;q=0.0, br", ""])
def test_who_does_not_take_gzip_gets_the_file_itself(
    browser: TestClient, script: str, accepted: str
) -> None:
    answer = browser.get(script, headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers


def test_a_part_of_a_file_is_of_the_file_itself(browser: TestClient, script: str) -> None:
    plain = browser.get(script, headers={"accept-encoding": "identity"}).content
    part = browser.get(script, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, plain[10:20])


def test_names_that_are_no_file_are_not_kept(browser: TestClient) -> None:
    for name in ("nothing.js", "else.js"):
        answer = browser.get(f"/static/js/{name}")
        assert answer.headers["cache-control"] == "no-cache"  # Streamlit's page, for any name
    Counted.asked.clear()
    browser.get("/static/js/nothing.js")
    assert Counted.asked


async def _any_file(scope: Scope, receive: Receive, send: Send) -> None:
    kept = {"cache-control": "immutable"}
    await PlainTextResponse("word " * 1000, headers=kept)(scope, receive, send)


@pytest.fixture
def packing() -> CompressedFiles:
    """In front of files that have every name, as Streamlit's own resolve "." and ".."."""
    return CompressedFiles(_any_file)


def test_a_file_is_packed_under_one_name_alone(packing: CompressedFiles) -> None:
    caller = TestClient(packing)
    assert caller.get("/static/js/a.js").headers["content-encoding"] == "gzip"
    for path in ("/static/%2e/js/a.js", "/static//js/a.js", "/static/js/%2e%2e/js/a.js"):
        answer = caller.get(path)
        assert (answer.text, "content-encoding" in answer.headers) == ("word " * 1000, False), path


def test_only_so_many_files_are_kept(
    packing: CompressedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.compressed_files._MOST", 3)
    caller = TestClient(packing)
    for number in range(5):
        caller.get(f"/static/js/{number}.js")
    assert [*packing._files] == [f"/static/js/{number}.js" for number in (2, 3, 4)]


def test_other_answers_and_the_websocket_pass_untouched(browser: TestClient) -> None:
    assert browser.get("/words").text == "word " * 1000
    with browser.websocket_connect("/echo") as socket:
        socket.send_text("tick")
        assert socket.receive_text() == "tick"
