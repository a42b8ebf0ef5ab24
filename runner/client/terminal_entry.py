"""Who may act at the terminal of a data directory, and from scripts.

With a login, a person acts with a personal access token: in the role that access.yaml gives them at
that moment, and at most within the token's scopes. Without a token the terminal reads and keeps the
machine running. Without a login nothing is asked. Any doubt is "no".
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.access import role_of
from core.errors import PermissionDenied, TrainweekError
from core.language import Message, literal
from core.ledger_bodies import ActDenied
from core.people import Person
from core.token_scopes import SCOPE_RIGHTS, VARIABLE, scope_of
from runner.client.listed_role import nothing_changes, record, require_listed
from runner.home.access_file import read_access
from runner.home.login_file import read_sign_in
from runner.home.tokens import Tokens
from runner.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from core.vocabulary import Right
    from runner.home.tokens import Token

_MAKE_ONE = Message(
    "Make one on the pages (Access tokens, in the sidebar), and set {variable} to it.",
    variable=VARIABLE,
)


class TerminalEntry:
    """The way in for one command.

    :param claimed: who the terminal says acts; nothing proves the name.
    :param secret: the token that the command was given; None: none.
    :ivar person: who acts: the token's person, verified; else the claimed one.
    """

    def __init__(
        self,
        home: Home,
        claimed: Person,
        secret: str | None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.home, self.now = home, now
        self._secret, self._tokens = secret, Tokens(home)
        self._doubt: TrainweekError | None = None  # what is wrong with login or list
        self._login = False
        self.person = claimed
        try:
            self._login = read_sign_in(home).login is not None
        except TrainweekError as error:
            self._doubt = error
            return
        if self._login and secret is not None:
            # Reading needs no token; an act is refused with the reason.
            with suppress(TrainweekError):
                self.person = self._person_of(self._token(secret))

    def require(
        self, person: Person, right: Right, *, fresh: bool = False, upkeep: bool = False
    ) -> None:
        """Prove right and token, at the moment of an act.

        :param fresh: whether the act asks for a fresh sign-in, which a token never is.
        :param upkeep: only keeps the machine running: needs no token.
        :raises PermissionDenied: no token, one that does not count, or not for this act.
        :raises SetupError: the tokens can't be used.
        """
        if self._secret is None and upkeep:
            person.require(right)
            return
        if self._doubt is not None:
            raise nothing_changes(self._doubt) from self._doubt
        if not self._login:
            self._require_no_token()
            person.require(right)
            return
        if self._secret is None:
            raise PermissionDenied(
                Message("People sign in here, so an act at the terminal needs an access token."),
                _MAKE_ONE,
            )
        token = self._token(self._secret)
        require_listed(self.home, person, token.claims)
        person.require(right)
        _require_scope(token, right, fresh=fresh)
        self._tokens.touch(token.id, self.now())

    def record_denial(self, person: Person, right: str, error: TrainweekError) -> None:
        """Write to the ledger what was refused to whom. Without a login nothing is recorded."""
        if (self._login or self._doubt is not None) and self.home.is_used:
            body = ActDenied(right=right, reason=literal(error.what))
            record(lambda: Store(self.home), person, body, self.now())

    def _require_no_token(self) -> None:
        if self._secret is not None:
            raise PermissionDenied(
                Message("{variable} is set, but no login is configured.", variable=VARIABLE),
                Message("Unset it, or check --home."),
            )

    def _token(self, secret: str) -> Token:
        """:raises PermissionDenied: it does not count, or not any more."""
        found, now = self._tokens.find(secret), self.now()
        if found is None:
            raise PermissionDenied(
                Message("The access token in {variable} is unknown here.", variable=VARIABLE),
                _MAKE_ONE,
            )
        if found.revoked is not None:
            raise PermissionDenied(
                Message("The access token {token} was revoked.", token=found.short), _MAKE_ONE
            )
        if not found.live(now):
            raise PermissionDenied(
                Message(
                    "The access token {token} was valid until {time:%Y-%m-%d %H:%M} UTC.",
                    token=found.short,
                    time=found.expires,
                ),
                _MAKE_ONE,
            )
        return found

    def _person_of(self, token: Token) -> Person:
        role = role_of(read_access(self.home), token.claims)
        return Person(token.person, role, verified=True)


def _require_scope(token: Token, right: Right, *, fresh: bool) -> None:
    needed = scope_of(right)
    if fresh or needed is None:
        raise PermissionDenied(
            Message("This asks for a fresh sign-in, which an access token is not."),
            Message("Do it on the pages."),
        )
    if not any(right in SCOPE_RIGHTS[scope] for scope in token.scopes):
        raise PermissionDenied(
            Message(
                "The access token {token} has the scope {scopes}, which may not {right}.",
                token=token.short,
                scopes=", ".join(token.scopes),
                right=right.value,
            ),
            Message("Make one with the scope {scope}.", scope=needed.value),
        )
