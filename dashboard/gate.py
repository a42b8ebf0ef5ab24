"""In front of every request: no live session, no page and no WebSocket. Any doubt is "no"."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse

from core.errors import TrainweekError
from core.language import Message
from core.login import CALLBACK
from core.net_addresses import LOOPBACK_NAMES
from dashboard.api.app import programs
from dashboard.api.callers import for_programs
from dashboard.door_pages import page
from dashboard.serving import session_cookie

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

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

    :param doors: the app that signs people in and out; None without a login.
    """

    def __init__(self, app: ASGIApp, entry: Entry, port: int, doors: ASGIApp | None) -> None:
        self.app, self.entry, self.doors = app, entry, doors
        self.cookie = session_cookie(port)
        login = entry.login
        self.hosts = (login.host,) if login else tuple(f"{name}:{port}" for name in LOOPBACK_NAMES)
        self.scheme = "https" if login and login.secure else "http"
        self.programs = programs(entry, self.cookie, self.hosts, port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, pass on, or refuse."""
        if scope["type"] == "lifespan" or scope["path"] == HEALTH:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        if scope["type"] == "websocket":
            if self._from_own_page(connection) and self._session(connection) is not None:
                await self.app(scope, receive, send)
            else:
                await receive()  # the handshake
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        if for_programs(scope["path"]):
            await self.programs(scope, receive, send)  # has a door of its own
            return
        if scope["path"] in DOORS and self.doors is not None and self._own_host(connection):
            await self.doors(scope, receive, send)
            return
        refused = self._refused(connection, scope["method"])
        await (refused or self.app)(scope, receive, send)

    def _refused(self, connection: HTTPConnection, method: str) -> Response | None:
        """The answer instead of the page; None if the page may be shown."""
        path = connection.url.path
        if any(path.startswith(closed) for closed in _CLOSED):
            return PlainTextResponse("Not found", 404)
        if not self._own_host(connection):
            login = self.entry.login
            if login and method in _READING:
                return RedirectResponse(login.origin, 302)
            return PlainTextResponse("Wrong host", 421)
        if method not in _READING and not self._from_own_page(connection):
            return PlainTextResponse("Wrong origin", 403)
        try:
            if self.entry.login is None and (token := connection.query_params.get(TOKEN)):
                return self._opened(connection, token)
            if self.entry.session(connection.cookies.get(self.cookie)) is not None:
                return None
        except TrainweekError as error:
            return page(connection, Message("The sessions can't be used"), error, status=503)
        if self.entry.login is not None:
            return _to_sign_in(connection)
        return page(
            connection,
            Message("This page opens by a one-time link"),
            Message(
                "trainweek prints the link when it starts. For another browser: trainweek link"
            ),
            status=403,
        )

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
        rest = [(k, v) for k, v in connection.query_params.multi_items() if k != TOKEN]
        where = connection.url.path + (f"?{urlencode(rest)}" if rest else "")
        answer = RedirectResponse("/" + where.lstrip("/"), 303)
        set_session(answer, self.cookie, new, self.entry)
        return answer

    def _session(self, connection: HTTPConnection) -> Session | None:
        try:
            return self.entry.session(connection.cookies.get(self.cookie))
        except TrainweekError as error:
            log.warning("%s", error)
            return None

    def _own_host(self, connection: HTTPConnection) -> bool:
        """Whether the browser asked for this site by its own name: no rebound name of another."""
        return connection.headers.get("host", "").lower() in self.hosts

    def _from_own_page(self, connection: HTTPConnection) -> bool:
        host = connection.headers.get("host", "").lower()
        return host in self.hosts and connection.headers.get("origin") == f"{self.scheme}://{host}"


def set_session(answer: Response, cookie: str, token: str, entry: Entry) -> None:
    """Give the browser the session's token. Scripts can't read it; Lax, since people come by links."""
    sessions = entry.sessions
    longest = sessions.longest_by_link if entry.login is None else sessions.longest
    answer.set_cookie(
        cookie,
        token,
        max_age=int(longest.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=bool(entry.login and entry.login.secure),
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"


def _to_sign_in(connection: HTTPConnection) -> Response:
    """The sign-in for a person who opened a page; a bare refusal for the page's parts."""
    if "text/html" not in connection.headers.get("accept", ""):
        return PlainTextResponse("Sign in", 401)
    back = str(QueryParams({"back": connection.url.path}))
    return RedirectResponse(f"{SIGN_IN}?{back}", 302)
