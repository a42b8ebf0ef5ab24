"""In front of every request: no live session, no page and no WebSocket. Any doubt is "no"."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse

from core.errors import PermissionDenied, TrainweekError
from core.language import Message
from core.login import CALLBACK
from core.net_addresses import LOOPBACK_NAMES
from dashboard.api.addresses import for_programs
from dashboard.api.app import programs
from dashboard.api.callers import NAMED
from dashboard.asked_page import asked_before, forget_asked, keep_asked
from dashboard.door_pages import page
from dashboard.proxy_names import DOUBT, without_names
from dashboard.serving import live_session, session_cookie

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from core.listening import Listening
    from runner.client.entry import Entry, Session

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
DOORS = (SIGN_IN, SIGN_OUT, CALLBACK)
HEALTH = "/_stcore/health"
TOKEN = "token"
_POLICY_VIOLATION = 1008
_READING = ("GET", "HEAD")
# Streamlit's own sign-in and its interface for programs: neither asks our sessions.
_CLOSED = ("/auth/", "/_stcore/agent", "/_stcore/script-health-check", "/_stcore/metrics")

log = logging.getLogger("trainweek.gate")


class Gate:
    """ASGI middleware that lets only live sessions through, from the page's own origin.

    :param listening: where the pages are served; all of them lie below its base path.
    :param doors: the app that signs people in and out, below the base path as its ``root_path``;
        None without a login.
    """

    def __init__(
        self, app: ASGIApp, entry: Entry, listening: Listening, doors: ASGIApp | None
    ) -> None:
        self.app, self.entry, self.doors = app, entry, doors
        self.base, self.port = listening.base_path, (port := listening.port)
        self.cookie = session_cookie(port)
        login = entry.login
        self.hosts = (login.host,) if login else tuple(f"{name}:{port}" for name in LOOPBACK_NAMES)
        self.scheme = "https" if login and login.secure else "http"
        self.programs = programs(entry, self.cookie, self.hosts, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, pass on, or refuse."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        path, named, login = self._below_base(scope["path"]), None, self.entry.login
        if path == HEALTH:
            await self.app(scope, receive, send)
            return
        if login is not None and login.proxy is not None:
            named, scope = without_names(login.proxy, scope)
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            if (
                path is not None
                and self._from_own_page(connection)
                and self._session(connection, named) is not None
            ):
                await self.app(scope, receive, send)
            else:
                await receive()  # the handshake
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if path is not None and for_programs(path):  # they have a door of their own
            scope = {**scope, "root_path": self.base, NAMED: named}
            await self.programs(scope, receive, send)
            return
        if path in DOORS and self.doors is not None and self._own_host(connection):
            await self.doors({**scope, "root_path": self.base}, receive, send)
            return
        refused = await self._refused(connection, scope["method"], path, named)
        await (refused or self.app)(scope, receive, send)

    def _below_base(self, path: str) -> str | None:
        """The part of a path after the base path; None if it is outside."""
        if not path.startswith(f"{self.base}/"):
            return None
        return path[len(self.base) :]

    async def _refused(
        self, connection: HTTPConnection, method: str, path: str | None, named: str | None
    ) -> Response | None:
        """The answer instead of the page; None if the page may be shown."""
        if path is None:
            if method in _READING and connection.url.path in ("/", self.base):
                query = connection.url.query  # with the token of a link
                return RedirectResponse(f"{self.base}/" + (f"?{query}" if query else ""), 302)
            return PlainTextResponse("Not found", 404)
        if any(path.startswith(closed) for closed in _CLOSED):
            return PlainTextResponse("Not found", 404)
        if not self._own_host(connection):
            login = self.entry.login
            if login and method in _READING:
                return RedirectResponse(login.address, 302)
            return PlainTextResponse("Wrong host", 421)
        if method not in _READING and not self._from_own_page(connection):
            return PlainTextResponse("Wrong origin", 403)
        try:
            if self.entry.login is None and (token := connection.query_params.get(TOKEN)):
                return self._opened(connection, token)
            if self._found(connection, named) is not None:
                return None
            if named is not None:
                return await self._let_in(connection, method, named)
        except TrainweekError as error:
            return page(connection, Message("The sessions can't be used"), error, status=503)
        if self.entry.login is not None:
            return self._to_sign_in(connection)
        closed = page(
            connection,
            Message("This page opens by a one-time link"),
            Message(
                "trainweek prints the link when it starts. For another browser: trainweek link. "
                "Open the link in this browser within 10 minutes, and this page is shown."
            ),
            status=403,
        )
        if _wants_page(connection):
            keep_asked(closed, _own_address(connection), self.port, self.base)
        return closed

    def _opened(self, connection: HTTPConnection, token: str) -> Response:
        """The answer to a one-time link: the page without the token, and the session's cookie."""
        new = self.entry.open_link(token)
        if new is None:
            return page(
                connection,
                Message("This link is used up or too old"),
                Message("Each link opens one browser, once. Make another: trainweek link"),
                status=403,
            )
        address = _own_address(connection)
        if address in (self.base, f"{self.base}/"):
            address = asked_before(connection, self.port, self.base)
        answer = RedirectResponse(address, 303)
        set_session(answer, self.cookie, new, self.entry, self.base)
        forget_asked(answer, connection, self.port, self.base)
        return answer

    async def _let_in(self, connection: HTTPConnection, method: str, named: str) -> Response:
        """The answer to a person whom the proxy names: the same page, with a session."""
        if method != "GET" or not _wants_page(connection):
            return PlainTextResponse("Open the page first", 401)
        another = [(f"{self.base}{SIGN_IN}?go=another", Message("Sign in as someone else"))]
        try:
            if named == DOUBT:
                raise PermissionDenied(
                    Message("The proxy in front of these pages names no e-mail address."),
                    Message("Ask whoever runs it to look at [proxy] in login.toml."),
                )
            before = connection.cookies.get(self.cookie)
            new = await run_in_threadpool(self.entry.begin_named, named, before)
        except PermissionDenied as error:
            title = Message("You are signed in, but not let in")
            return page(connection, title, error, another, 403)
        answer = RedirectResponse(_own_address(connection), 302)
        set_session(answer, self.cookie, new, self.entry, self.base)
        return answer

    def _found(self, connection: HTTPConnection, named: str | None) -> Session | None:
        """The browser's live session; none of another person than the proxy names."""
        return live_session(self.entry, connection.cookies.get(self.cookie), named)

    def _session(self, connection: HTTPConnection, named: str | None) -> Session | None:
        try:
            return self._found(connection, named)
        except TrainweekError as error:
            log.warning("%s", error)
            return None

    def _to_sign_in(self, connection: HTTPConnection) -> Response:
        """The sign-in for a person who opened a page; a bare refusal for the page's parts."""
        if not _wants_page(connection):
            return PlainTextResponse("Sign in", 401)
        back = urlencode({"back": _own_address(connection)})
        return RedirectResponse(f"{self.base}{SIGN_IN}?{back}", 302)

    def _own_host(self, connection: HTTPConnection) -> bool:
        """Whether the browser asked for this site by its own name: no rebound name of another."""
        return connection.headers.get("host", "").lower() in self.hosts

    def _from_own_page(self, connection: HTTPConnection) -> bool:
        host = connection.headers.get("host", "").lower()
        return host in self.hosts and connection.headers.get("origin") == f"{self.scheme}://{host}"


def set_session(answer: Response, cookie: str, token: str, entry: Entry, base: str) -> None:
    """Give the browser the session's token. Scripts can't read it; Lax, since people come by links."""
    sessions = entry.sessions
    longest = sessions.longest_by_link if entry.login is None else sessions.longest
    answer.set_cookie(
        cookie,
        token,
        max_age=int(longest.total_seconds()),
        path=base or "/",
        httponly=True,
        samesite="lax",
        secure=bool(entry.login and entry.login.secure),
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"


def _own_address(connection: HTTPConnection) -> str:
    """Path and query that were asked for, on this site, without a link's token."""
    query = [(k, v) for k, v in connection.query_params.multi_items() if k != TOKEN]
    return "/" + connection.url.path.lstrip("/") + (f"?{urlencode(query)}" if query else "")


def _wants_page(connection: HTTPConnection) -> bool:
    return "text/html" in connection.headers.get("accept", "")
