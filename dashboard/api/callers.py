"""Who calls: a program with an access token, or a browser with a live session. Any doubt is "no".

Stands in front of every address for programs. Only the two that tell nothing are open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from core.errors import PermissionDenied, TrainweekError
from core.language import Message
from core.net_addresses import LOOPBACK_NAMES
from core.people import Person, unnamed
from core.vocabulary import Right, Role
from dashboard.api import problems
from dashboard.api.addresses import METRICS, OPEN, below_base
from dashboard.api.problems import DENIED, NO_IDENTITY, ApiProblem
from dashboard.serving import live_session
from runner.client.token_entry import MAKE_ONE, TokenEntry

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.types import Message as Event

    from core.errors import TrainweekError as Error
    from runner.client.entry import Entry

MOST_BYTES = 64_000  # of a request: a note has at most 10,000 characters
READING = ("GET", "HEAD", "OPTIONS")
_AT_THE_TERMINAL = Message(
    "Without a login there are no access tokens. Do it at the terminal: trainweek --help"
)
_CALLER = "trainweek.caller"
NAMED = "trainweek.named"  # in a scope: whom a proxy in front of the pages names
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_LOOPBACK = ("127.0.0.1", "::1")


class Proof(TokenEntry):
    """The token of one request; it remembers whether an act was denied to it.

    :ivar denied: the reason for which the last act was not allowed; None: none was denied.
    """

    def __init__(self, entry: Entry, secret: str) -> None:
        super().__init__(entry.home, secret, self._denied, entry.now)
        self.denied: Error | None = None
        self._entry = entry

    def _denied(self, person: Person, right: str, error: Error) -> None:
        self.denied = error
        self._entry.record_denial(person, right, error)


@dataclass(frozen=True)
class Caller:
    """Who calls.

    :ivar proof: the token that acts; None for a browser's session, which only reads.
    """

    person: Person
    proof: Proof | None


def caller_of(connection: HTTPConnection) -> Caller:
    """Whom the door let in with this request."""
    found = connection.scope[_CALLER]
    assert isinstance(found, Caller)
    return found


class Callers:
    """ASGI middleware that lets only known callers through.

    :param cookie: name of the cookie of a session.
    :param hosts: the pages' own names; a session counts under them alone.
    """

    def __init__(
        self, app: ASGIApp, entry: Entry, cookie: str, hosts: tuple[str, ...], port: int
    ) -> None:
        self.app, self.entry, self.cookie, self.hosts = app, entry, cookie, hosts
        self._loopback = tuple(f"{name}:{port}" for name in LOOPBACK_NAMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, pass on, or refuse."""
        if below_base(scope) in OPEN:
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            scope[_CALLER] = caller = await run_in_threadpool(self._caller, connection)
            if caller.proof is None and scope["method"] not in READING:
                raise ApiProblem(
                    403, DENIED, Message("An act needs an access token; a session only reads."),
                    MAKE_ONE if self.entry.login is not None else _AT_THE_TERMINAL,
                )  # fmt: skip
            receive = await _bounded(receive)
        except ApiProblem as problem:
            await problems.answer(connection, problem)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _caller(self, connection: HTTPConnection) -> Caller:
        given = connection.headers.get("authorization")
        try:
            if given is not None:
                return self._by_token(given)
            found = self._by_session(connection)
        except TrainweekError as error:
            raise problems.of_error(error) from error
        if found is not None:
            return found
        if below_base(connection.scope) == METRICS and self._may_measure(connection):
            return Caller(Person("loopback", Role.VIEWER), None)
        raise ApiProblem(401, NO_IDENTITY, Message("The request names nobody."), self._way_in)

    @property
    def _way_in(self) -> Message:
        if self.entry.login is None:
            return Message("Open a one-time link first and send its cookie: trainweek link")
        return Message("Send the header Authorization: Bearer TOKEN. {make}", make=MAKE_ONE)

    def _by_token(self, given: str) -> Caller:
        kind, _, secret = given.partition(" ")
        if kind.lower() != "bearer" or not secret.strip():
            raise ApiProblem(
                401, NO_IDENTITY, Message("Only access tokens are accepted here."), self._way_in
            )
        if self.entry.login is None:
            raise ApiProblem(
                401,
                NO_IDENTITY,
                Message("No login is configured, so no access token counts."),
                self._way_in,
            )
        proof = Proof(self.entry, secret.strip())
        try:
            token = proof.token()
        except PermissionDenied as error:
            raise ApiProblem(401, NO_IDENTITY, error.what, error.remedy) from error
        person = proof.person_of(token)
        proof.require(person, Right.READ)
        return Caller(person, proof)

    def _by_session(self, connection: HTTPConnection) -> Caller | None:
        """A cookie counts under the pages' own name alone: no rebound name of another."""
        if connection.headers.get("host", "").lower() not in self.hosts:
            return None
        token = connection.cookies.get(self.cookie)
        session = live_session(self.entry, token, connection.scope.get(NAMED))
        if session is None:
            return None
        if session.claims is None:
            return Caller(Person(unnamed(Role.VIEWER), Role.VIEWER, session=session.id), None)
        return Caller(self.entry.person(session), None)

    def _may_measure(self, connection: HTTPConnection) -> bool:
        """Whether a collector on this machine asks, and nobody asks through a proxy here."""
        client = connection.client
        return (
            self.entry.metrics_on_loopback
            and client is not None
            and client.host in _LOOPBACK
            and connection.headers.get("host", "").lower() in self._loopback
            and not any(name in connection.headers for name in _FORWARDED)
            and connection.scope.get(NAMED) is None
        )


async def _bounded(receive: Receive) -> Receive:
    """The whole request, read once.

    :raises ApiProblem: it has more bytes than are taken.
    """
    body = b""
    while True:
        event = await receive()
        if event["type"] != "http.request":
            break
        body += event.get("body", b"")
        if len(body) > MOST_BYTES:
            what = Message("The request has more than {most:,} bytes.", most=MOST_BYTES)
            raise ApiProblem(413, "too-large", what)
        if not event.get("more_body"):
            break
    read: Event = {"type": "http.request", "body": body, "more_body": False}
    waiting = [read]

    async def again() -> Event:
        return waiting.pop() if waiting else await receive()

    return again
