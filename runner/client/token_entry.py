"""The way in for a program that holds a personal access token.

A token acts in the role that access.yaml gives its person at that moment, and at most within its
scopes. Any doubt is "no".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.access import role_of
from core.errors import PermissionDenied, TrainweekError
from core.language import Message
from core.people import Person
from core.token_scopes import SCOPE_RIGHTS, scope_of
from runner.client.listed_role import require_listed
from runner.home.access_file import read_access
from runner.home.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from core.vocabulary import Right
    from runner.home.tokens import Token

MAKE_ONE = Message("Make one on the pages (Access tokens, in the sidebar).")
_TOUCHED_EVERY = timedelta(minutes=1)  # a program that reads often is not written down each time


class TokenEntry:
    """The way in for one request or one command.

    :param record_denial: writes to the ledger what was refused to whom.
    :param make_one: what to do without a token that counts.
    """

    def __init__(
        self,
        home: Home,
        secret: str,
        record_denial: Callable[[Person, str, TrainweekError], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        make_one: Message = MAKE_ONE,
    ) -> None:
        self.home, self.now, self.record_denial = home, now, record_denial
        self._secret, self._tokens, self._make_one = secret, Tokens(home), make_one

    def token(self) -> Token:
        """The token, if it counts now.

        :raises PermissionDenied: it is unknown, revoked or too old.
        :raises SetupError: the tokens can't be used.
        """
        found, now = self._tokens.find(self._secret), self.now()
        if found is None:
            raise PermissionDenied(Message("The access token is unknown here."), self._make_one)
        if found.revoked is not None:
            raise PermissionDenied(
                Message("The access token {token} was revoked.", token=found.short), self._make_one
            )
        if not found.live(now):
            raise PermissionDenied(
                Message(
                    "The access token {token} was valid until {time:%Y-%m-%d %H:%M} UTC.",
                    token=found.short,
                    time=found.expires,
                ),
                self._make_one,
            )
        return found

    def person_of(self, token: Token) -> Person:
        """Whom the token acts for, in the role that the list gives now.

        :raises PermissionDenied: not let in, or not any more.
        :raises TrainweekError: the list can't be read.
        """
        role = role_of(read_access(self.home), token.claims)
        return Person(token.person, role, verified=True, token=token.short)

    def require(
        self, person: Person, right: Right, *, fresh: bool = False, upkeep: bool = False
    ) -> None:
        """Prove right and token, at the moment of an act.

        :param fresh: whether the act asks for a fresh sign-in, which a token never is.
        :param upkeep: only keeps the machine running; a token asks for no less.
        :raises PermissionDenied: the token does not count, or not for this act.
        :raises SetupError: the tokens can't be used.
        """
        token = self.token()
        require_listed(self.home, person, token.claims)
        person.require(right)
        _require_scope(token, right, fresh=fresh)
        if token.used is None or self.now() - token.used >= _TOUCHED_EVERY:
            self._tokens.touch(token.id, self.now())


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
