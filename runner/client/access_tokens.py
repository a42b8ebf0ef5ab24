"""A signed-in person's own access tokens: made, listed and revoked on the pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from core.errors import TrainweekError
from core.language import Message
from core.ledger_bodies import TokenMade, TokensRevoked
from core.people import MAX_NAME, is_name
from core.timestamps import iso
from core.vocabulary import Right
from runner.client.base import BaseClient
from runner.client.entry import Entry
from runner.home.tokens import LONGEST, SHOWN_ID, Token, Tokens
from runner.outcomes import Recorded, Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from core.token_scopes import Scope

MOST_DAYS = LONGEST.days
_NO_TOKENS = Refused(
    Message("Access tokens belong to people who have signed in."),
    Message("Configure a login (docs/sign_in.md); without one the terminal needs no token."),
)


@dataclass(frozen=True)
class NewToken:
    """A token that was just made: its secret is shown once and kept nowhere."""

    secret: str
    token: Token


class AccessTokens(BaseClient):
    """Tokens of the person who acts, and of no one else."""

    def own_tokens(self) -> list[Token]:
        """The person's tokens that count, oldest first; none without a live session.

        :raises SetupError: the tokens can't be used.
        """
        if not self.person.verified or self._claims() is None:
            return []
        return Tokens(self.home).live(self.now(), self.person.name)

    def make_token(
        self, name: str, scopes: Iterable[Scope], days: int
    ) -> Recorded[NewToken] | Refused:
        """Make a token. It outlives the session, so it asks for a fresh sign-in.

        :param days: until it expires, from 1 to :data:`MOST_DAYS`.
        """
        if denied := self._denied(Right.READ, fresh=True):
            return denied
        claims = self._claims()
        if claims is None or not self.person.verified:
            return _NO_TOKENS
        name = " ".join(name.split())
        if not is_name(name):
            return Refused(
                Message("A token needs a name of 1 to {most} characters.", most=MAX_NAME),
                Message("Say where it is used, for example: nightly script."),
            )
        if not 1 <= days <= MOST_DAYS:
            return Refused(
                Message("A token is valid for 1 to {most} days.", most=MOST_DAYS),
                Message("Choose a number of days in this range."),
            )
        now = self.now()
        try:
            with self.store.write() as transaction:  # no token without its line
                expires = now + timedelta(days=days)
                tokens = Tokens(self.home)
                secret, made = tokens.make(self.person.name, claims, name, scopes, expires, now)
                body = TokenMade(
                    token=made.short, name=name, scopes=list(made.scopes), expires=iso(expires)
                )
                transaction.append(body, by=self.person, at=now, at_week=now)
        except TrainweekError as error:
            return Refused.by(error)
        return Recorded(NewToken(secret, made))

    def revoke_token(self, token_id: str) -> Recorded[str] | Refused:
        """Revoke one of the person's own tokens, at once and for good."""
        if denied := self._denied(Right.READ):
            return denied
        if token_id not in {one.id for one in self.own_tokens()}:
            return Refused(Message("You have no such access token."), Message("Reload the page."))
        now, short = self.now(), token_id[:SHOWN_ID]
        try:
            Tokens(self.home).revoke(
                [token_id], now
            )  # first: it ends even if no line can be written
            with self.store.write() as transaction:
                body = TokensRevoked(tokens=[short])
                transaction.append(body, by=self.person, at=now, at_week=now)
        except TrainweekError as error:
            return Refused.by(error)
        return Recorded(short)

    def _claims(self) -> Mapping[str, Any] | None:
        return self.entry.claims_of(self.person) if isinstance(self.entry, Entry) else None
