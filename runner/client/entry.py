"""Who may use the pages of a data directory, and who may act there.

The login is fixed when the pages start. With one, people come in as the provider proved them and
act in the role that access.yaml gives them at that moment; without one, whoever opens a one-time
link on this machine. A session is live, or nothing: any doubt is "no".
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from core.access import Identity, identity_of, role_of
from core.errors import PermissionDenied, TrainweekError
from core.language import Message, literal
from core.ledger_bodies import ActDenied, SignedIn, SignedOut
from core.people import Person
from core.vocabulary import Role
from runner.client.listed_role import record, require_listed
from runner.home.access_file import read_access
from runner.home.login_file import SignIn, read_sign_in
from runner.home.sessions import SKEW, Session, Sessions
from runner.settings import Settings
from runner.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from core.access import AccessList
    from core.ledger_bodies import Body
    from core.login import Login
    from core.paths import Home
    from core.vocabulary import Right

__all__ = ["Entry", "Session"]

log = logging.getLogger("trainweek.entry")
_REPEATED = timedelta(minutes=1)  # what repeats itself is recorded once in this time


class Entry:
    """The way in to the pages of one data directory, in one process.

    :param now: returns the present real time; tests pass their own.
    :ivar metrics_on_loopback: whether a collector on this machine needs no token.
    :ivar acting: returns the id of the session of the browser that acts at this moment; None
        where no browser does. A page that another browser took up acts for nobody.
    """

    def __init__(
        self,
        home: Home,
        sign_in: SignIn,
        settings: Settings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.home, self.now = home, now
        self.login: Login | None = sign_in.login
        self.sessions = Sessions(home, settings)
        self.acting: Callable[[], str | None] | None = None
        self.metrics_on_loopback = settings.metrics_on_loopback
        self._fresh_for = timedelta(seconds=settings.session_fresh_s)
        self._last_good: AccessList | None = sign_in.access
        self._stamp: object = "unread"  # of the list as it was last read
        self._recorded: dict[tuple[str, ...], datetime] = {}

    @classmethod
    def open(cls, home: Home) -> Entry:
        """As the files say now.

        :raises LoginError, AccessError, SetupError: nothing may be served with them.
        """
        return cls(home, read_sign_in(home), Settings.read(home))

    def open_link(self, token: str) -> str | None:
        """The token of a new session for a one-time link that is still good; None for another.

        :raises SetupError: the sessions can't be written.
        """
        now = self.now()
        if self.login is not None or not self.sessions.spend_link(token, now):
            return None
        return self.sessions.begin(now)

    def begin(
        self, claims: Mapping[str, Any], before: str | None, *, unasked: bool = False
    ) -> str | None:
        """The token of the session of a person whom the provider has just proved.

        A person who is signed in in this browser keeps the session, now with a fresh sign-in:
        None. The session of another person is ended.

        :param before: token that the browser has.
        :param unasked: whether each request without a session signs the person in, of its own
            accord: recorded once a minute.
        :raises PermissionDenied: the person is not let in.
        :raises SetupError: the sessions can't be written.
        """
        now = self.now()
        identity = identity_of(claims)
        try:
            role = role_of(self._list(), claims)
        except PermissionDenied as error:
            self.record_denial(self._unknown(identity), "read", error)
            raise
        person = Person(identity.name, role, verified=True)
        proved = _proved(claims, now)
        known = self.sessions.find(before, now)
        same = known is not None and known.claims is not None and known.name == identity.name
        if known is not None and same:
            self.sessions.prove(known.id, claims, proved, now)
            self._record(person, SignedIn(session=known.id[:12], again=True))
            return None
        if known is not None:
            self.sessions.end([known.id], now)
        token = self.sessions.begin(now, identity.name, claims, proved)
        begun = self.sessions.find(token, now)
        assert begun is not None
        if not (unasked and self._repeats(now, person.name)):
            self._record(person, SignedIn(session=begun.id[:12], again=False))
        return token

    def begin_named(self, email: str, before: str | None) -> str:
        """The token of the session of a person whom the proxy in front names.

        It says nothing of when the person signed in, so this is no fresh sign-in.

        :param email: casefolded.
        :param before: token that the browser has: not this person's.
        :raises PermissionDenied: the person is not let in.
        :raises SetupError: the sessions can't be written.
        """
        claims = {"sub": f"proxy:{email}", "email": email, "email_verified": True}
        token = self.begin(claims, before, unasked=True)
        assert token is not None
        return token

    def session(self, token: str | None) -> Session | None:
        """The live session of a browser's token. One of another way in is none."""
        found = self.sessions.find(token, self.now())
        return found if found and (found.claims is None) == (self.login is None) else None

    def touch(self, session: Session) -> None:
        """The person clicked: the session is not idle."""
        try:
            self.sessions.touch(session.id, self.now())
        except TrainweekError as error:
            log.warning("%s", error)

    def leave(self, session: Session) -> None:
        """End the session in all of its tabs."""
        self.sessions.end([session.id], self.now())
        if session.claims is not None:
            person = Person(session.name, Role.VIEWER, verified=True)
            self._record(person, SignedOut(session=session.id[:12]))

    def person(self, session: Session) -> Person:
        """The signed-in person, in the role of the last good list: for reading.

        :raises PermissionDenied: not let in, or not any more.
        """
        claims = session.claims
        if claims is None:
            raise PermissionDenied(Message("No one has signed in."))
        role = role_of(self._list(), claims)
        return Person(identity_of(claims).name, role, verified=True, session=session.id)

    def fresh(self, session: Session) -> bool:
        """Whether the sign-in is fresh enough to sign with; without a login there is none to ask for."""
        return self.login is None or session.fresh(self.now(), self._fresh_for)

    def claims_of(self, person: Person) -> Mapping[str, Any] | None:
        """What the provider proved about a signed-in person; None for anybody else."""
        found = self._own_session(person)
        return found.claims if found is not None and self.login is not None else None

    def require(
        self, person: Person, right: Right, *, fresh: bool = False, upkeep: bool = False
    ) -> None:
        """Prove right and session again, at the moment of an act. Only the list as it is now counts.

        :param fresh: whether the act asks for a fresh sign-in.
        :param upkeep: only keeps the machine running; on the pages that asks for no less.
        :raises PermissionDenied: the role lacks the right, the session has ended or is another
            browser's, the person has another role by now, the list can't be read, or the sign-in
            is too old.
        """
        person.require(right)
        session = self._own_session(person)
        if session is None or (session.claims is None) != (self.login is None):
            raise PermissionDenied(Message("Your session has ended."), self.way_in)
        if session.claims is not None:
            require_listed(self.home, person, session.claims)
            if fresh and not self.fresh(session):
                raise PermissionDenied(
                    Message("This asks for a fresh sign-in."),
                    Message(
                        "Confirm your sign-in (in the sidebar), then repeat it within"
                        " {minutes:g} min.",
                        minutes=self._fresh_for.total_seconds() / 60,
                    ),
                )
        self.touch(session)

    def _own_session(self, person: Person) -> Session | None:
        """The live session of the person, if the browser that acts holds it."""
        if person.session is None or (self.acting and self.acting() != person.session):
            return None
        return self.sessions.by_id(person.session, self.now())

    @cached_property
    def _store(self) -> Store:
        return open_store(self.home)

    @property
    def way_in(self) -> Message:
        """How to come in."""
        if self.login is not None:
            return Message("Sign in again.")
        return Message("Open a new link: trainweek link")

    def record_denial(self, person: Person, right: str, error: TrainweekError) -> None:
        """Write to the ledger what was refused to whom; not again within a minute."""
        what, now = literal(error.what), self.now()
        if not self._repeats(now, person.name, right, str(what)):
            self._record(person, ActDenied(right=right, reason=what))

    def _repeats(self, now: datetime, *key: str) -> bool:
        """Whether the same was recorded within the last minute; if not, it is from now on."""
        if key in self._recorded and timedelta(0) <= now - self._recorded[key] < _REPEATED:
            return True
        later = {k: at for k, at in self._recorded.items() if now - at < _REPEATED}
        self._recorded = later | {key: now}  # never changed in place: other threads read it
        return False

    def _list(self) -> AccessList:
        """The list as it is now; the last good one while it can't be read."""
        stamp = _stamp(self.home.access)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._last_good = read_access(self.home)
            except TrainweekError as error:
                log.warning("%s", error)
        if self._last_good is None:
            raise PermissionDenied(Message("There is no list of people."))
        return self._last_good

    @staticmethod
    def _unknown(identity: Identity) -> Person:
        return Person(identity.name, Role.VIEWER, verified=True)

    def _record(self, person: Person, body: Body) -> None:
        record(lambda: self._store, person, body, self.now())


def _stamp(path: Path) -> object:
    """Changes with the file, also with who may read it."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode


def _proved(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the person signed in at the provider, as it says; None if it does not."""
    said = claims.get("auth_time")
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        at = datetime.fromtimestamp(said, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if at <= now + SKEW else None
