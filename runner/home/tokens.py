"""Personal access tokens, in a small database of their own, by their hashes.

As with sessions, no backup holds it, so restoring one brings no revoked token back.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.language import Message
from core.token_scopes import Scope, in_order
from runner.home.private_database import private_database
from runner.home.sessions import SKEW, id_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from core.paths import Home

LONGEST = timedelta(days=90)
PREFIX = "trainweek_"  # programs that look for leaked secrets know it by this
SHOWN_ID = 12  # digits of the hash that name a token to people
_LONGEST_TOKEN = 200
_COLUMNS = "id, person, claims, name, scopes, made, expires, used, revoked"
_TABLES = """
create table if not exists tokens (
    id text primary key, person text not null, claims text not null, name text not null,
    scopes text not null, made real not null, expires real not null, used real, revoked real
);
"""


@dataclass(frozen=True)
class Token:
    """A token, without its secret."""

    id: str  # hash of the secret
    person: str  # who made it
    claims: Mapping[str, Any]  # what the provider had proved about them then
    name: str  # that they gave it
    scopes: tuple[Scope, ...]
    made: datetime
    expires: datetime
    used: datetime | None = None  # when it last acted
    revoked: datetime | None = None

    @property
    def short(self) -> str:
        """How people name it."""
        return self.id[:SHOWN_ID]

    def live(self, now: datetime) -> bool:
        """Whether it counts. One from the future does not: a clock was set back."""
        return self.revoked is None and self.made <= now + SKEW and now < self.expires


class Tokens:
    """The tokens of a data directory."""

    def __init__(self, home: Home) -> None:
        self.path = home.tokens

    def make(
        self,
        person: str,
        claims: Mapping[str, Any],
        name: str,
        scopes: Iterable[Scope],
        expires: datetime,
        now: datetime,
    ) -> tuple[str, Token]:
        """A new token: its secret, which is kept nowhere, and what is kept.

        :raises SetupError: the database can't be used.
        """
        secret = PREFIX + secrets.token_urlsafe(32)
        expires = min(expires, now + LONGEST)
        made = Token(id_of(secret), person, claims, name, in_order(scopes), now, expires)
        row = (
            made.id,
            person,
            json.dumps(claims),
            name,
            " ".join(made.scopes),
            now.timestamp(),
            expires.timestamp(),
            None,
            None,
        )
        with self._opened() as connection, connection:
            connection.execute(f"insert into tokens ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?)", row)
        return secret, made

    def find(self, secret: str) -> Token | None:
        """The token of a secret, also one that does not count any more; None for no secret of ours.

        :raises SetupError: the database can't be used.
        """
        if len(secret) > _LONGEST_TOKEN:
            return None
        found = self._select("where id = ?", id_of(secret))
        return found[0] if found else None

    def live(self, now: datetime, person: str | None = None) -> list[Token]:
        """The tokens that count, oldest first: of one person, or of everybody.

        :raises SetupError: the database can't be used.
        """
        every = self._select("order by made")
        return [one for one in every if one.live(now) and person in (None, one.person)]

    def touch(self, token_id: str, now: datetime) -> None:
        """It acted.

        :raises SetupError: the database can't be used.
        """
        with self._opened() as connection, connection:
            connection.execute(
                "update tokens set used = ? where id = ?", (now.timestamp(), token_id)
            )

    def revoke(self, token_ids: Iterable[str], now: datetime) -> list[str]:
        """Revoke these tokens for good; returns the ids of those that were not revoked before.

        :raises SetupError: the database can't be used.
        """
        with self._opened() as connection, connection:
            return [
                one
                for one in token_ids
                if connection.execute(
                    "update tokens set revoked = ? where id = ? and revoked is null",
                    (now.timestamp(), one),
                ).rowcount
            ]

    def _select(self, more: str, *given: str) -> list[Token]:
        if not self.path.exists():
            return []
        with self._opened() as connection:
            rows = connection.execute(f"select {_COLUMNS} from tokens {more}", given).fetchall()
        return [_token(row) for row in rows]

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return private_database(
            self.path,
            _TABLES,
            Message("If it is damaged, move it away: everybody makes new access tokens."),
        )


def _token(row: tuple[Any, ...]) -> Token:
    identity, person, claims, name, scopes, *times = row
    made, expires, used, revoked = (
        None if time is None else datetime.fromtimestamp(time, UTC) for time in times
    )
    assert made is not None
    assert expires is not None
    known = in_order(scopes.split())
    return Token(identity, person, json.loads(claims), name, known, made, expires, used, revoked)
