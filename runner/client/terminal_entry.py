"""Who may act at the terminal of a data directory, and from scripts.

With a login, a person acts with a personal access token: in the role that access.yaml gives them at
that moment, and at most within the token's scopes. Without a token the terminal reads and keeps the
machine running. Without a login nothing is asked. Any doubt is "no".
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import PermissionDenied, TrainweekError
from core.language import Message, literal
from core.ledger_bodies import ActDenied
from core.token_scopes import VARIABLE
from runner.client.listed_role import nothing_changes, record
from runner.client.token_entry import TokenEntry
from runner.home.login_file import read_sign_in
from runner.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from core.people import Person
    from core.vocabulary import Right

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
        self._token = (
            None
            if secret is None
            else TokenEntry(home, secret, self.record_denial, now, make_one=_MAKE_ONE)
        )
        self._doubt: TrainweekError | None = None  # what is wrong with login or list
        self._login = False
        self.person = claimed
        try:
            self._login = read_sign_in(home).login is not None
        except TrainweekError as error:
            self._doubt = error
            return
        if self._login and self._token is not None:
            # Reading needs no token; an act is refused with the reason.
            with suppress(TrainweekError):
                self.person = self._token.person_of(self._token.token())

    def require(
        self, person: Person, right: Right, *, fresh: bool = False, upkeep: bool = False
    ) -> None:
        """Prove right and token, at the moment of an act.

        :param fresh: whether the act asks for a fresh sign-in, which a token never is.
        :param upkeep: only keeps the machine running: needs no token.
        :raises PermissionDenied: no token, one that does not count, or not for this act.
        :raises SetupError: the tokens can't be used.
        """
        if self._token is None and upkeep:
            person.require(right)
            return
        if self._doubt is not None:
            raise nothing_changes(self._doubt) from self._doubt
        if not self._login:
            self._require_no_token()
            person.require(right)
            return
        if self._token is None:
            raise PermissionDenied(
                Message("People sign in here, so an act at the terminal needs an access token."),
                _MAKE_ONE,
            )
        self._token.require(person, right, fresh=fresh)

    def record_denial(self, person: Person, right: str, error: TrainweekError) -> None:
        """Write to the ledger what was refused to whom. Without a login nothing is recorded."""
        if (self._login or self._doubt is not None) and self.home.is_used:
            body = ActDenied(right=right, reason=literal(error.what))
            record(lambda: open_store(self.home), person, body, self.now())

    def _require_no_token(self) -> None:
        if self._token is not None:
            raise PermissionDenied(
                Message("{variable} is set, but no login is configured.", variable=VARIABLE),
                Message("Unset it, or check --home."),
            )
