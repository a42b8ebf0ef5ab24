"""Who is signed in: sessions of the pages, in a small database of their own, by hashes of their tokens.

It is apart from the store on purpose: no backup holds it, so restoring one brings no ended
session back, and people go on reading while the store is damaged.
"""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.language import Message
from runner.home.private_database import private_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from core.paths import Home
    from runner.settings import Settings

SKEW = timedelta(minutes=1)  # by which a provider's clock may be ahead of ours
_LONGEST_TOKEN = 200
_TABLES = """
create table if not exists sessions (
    id text primary key, name text not null, claims text, begun real not null,
    seen real not null, proved real, ended real
);
create table if not exists links (id text primary key, made real not null, used real);
"""
_LIVE = "ended is null and begun > :oldest and begun <= :ahead and (claims is null or seen > :idle)"


@dataclass(frozen=True)
class Session:
    """A browser that was let in."""

    id: str  # hash of its token
    name: str  # of the person; "" for one that a one-time link opened
    claims: Mapping[str, Any] | None  # what the provider proved; None: a one-time link
    begun: datetime
    seen: datetime
    proved: datetime | None = None  # when the person last signed in at the provider

    def fresh(self, now: datetime, within: timedelta) -> bool:
        """Whether the person signed in at the provider so recently.

        A time in the future is no proof, and none counts while the clock is behind the session's
        last click: it was set back, so how long ago anything was is not known.
        """
        if self.proved is None or self.seen > now + SKEW:
            return False
        return -SKEW <= now - self.proved <= within


class Sessions:
    """The sessions and one-time links of a data directory."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.path = home.sessions
        self.idle = timedelta(seconds=settings.session_idle_s)
        self.longest = timedelta(seconds=settings.session_longest_s)
        self.longest_by_link = timedelta(seconds=settings.link_session_s)
        self.link_valid = timedelta(seconds=settings.link_valid_s)

    def begin(
        self,
        now: datetime,
        name: str = "",
        claims: Mapping[str, Any] | None = None,
        proved: datetime | None = None,
    ) -> str:
        """A new session; returns its token, which is kept nowhere else."""
        token = secrets.token_urlsafe(32)
        row = (
            id_of(token),
            name,
            None if claims is None else json.dumps(claims),
            now.timestamp(),
            now.timestamp(),
            None if proved is None else proved.timestamp(),
        )
        with self._changing() as connection:
            oldest = (now - max(self.longest, self.longest_by_link)).timestamp()
            connection.execute("delete from sessions where begun < ?", (oldest,))
            connection.execute(
                "insert into sessions (id, name, claims, begun, seen, proved) values (?,?,?,?,?,?)",
                row,
            )
        return token

    def find(self, token: str | None, now: datetime) -> Session | None:
        """The live session of a token; None for an ended one, an idle one, or none."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        return self.by_id(id_of(token), now)

    def by_id(self, session_id: str, now: datetime) -> Session | None:
        """The live session with this id."""
        found = self._select(now, "and id = :id", id=session_id)
        return found[0] if found else None

    def live(self, now: datetime) -> list[Session]:
        """All live sessions, oldest first."""
        return self._select(now, "order by begun")

    def touch(self, session_id: str, now: datetime) -> None:
        """The person did something; at most one write a minute."""
        with self._changing() as connection:
            connection.execute(
                "update sessions set seen = ? where id = ? and seen < ?",
                (now.timestamp(), session_id, now.timestamp() - 60),
            )

    def prove(
        self,
        session_id: str,
        claims: Mapping[str, Any],
        proved: datetime | None,
        now: datetime,
    ) -> None:
        """The same person has signed in again."""
        with self._changing() as connection:
            connection.execute(
                "update sessions set claims = ?, proved = ?, seen = ? where id = ?",
                (json.dumps(claims), proved and proved.timestamp(), now.timestamp(), session_id),
            )

    def end(self, session_ids: list[str], now: datetime) -> int:
        """End these sessions, in all of their tabs; returns how many were not ended yet."""
        with self._changing() as connection:
            return sum(
                connection.execute(
                    "update sessions set ended = ? where id = ? and ended is null",
                    (now.timestamp(), one),
                ).rowcount
                for one in session_ids
            )

    def make_link(self, now: datetime) -> str:
        """The token of a link that opens one session."""
        token = secrets.token_urlsafe(32)
        with self._changing() as connection:
            oldest = (now - self.link_valid).timestamp()
            connection.execute("delete from links where made < ?", (oldest,))
            connection.execute(
                "insert into links (id, made) values (?,?)", (id_of(token), now.timestamp())
            )
        return token

    def spend_link(self, token: str, now: datetime) -> bool:
        """Whether the link was still good; it is not any more."""
        with self._changing() as connection:
            spent = connection.execute(
                "update links set used = ? where id = ? and used is null and made > ? and made <= ?",
                (
                    now.timestamp(),
                    id_of(token[:_LONGEST_TOKEN]),
                    (now - self.link_valid).timestamp(),
                    (now + SKEW).timestamp(),
                ),
            )
            return spent.rowcount == 1

    def _select(self, now: datetime, more: str, **given: str) -> list[Session]:
        if not self.path.exists():
            return []
        times = {
            "oldest": (now - max(self.longest, self.longest_by_link)).timestamp(),
            "idle": (now - self.idle).timestamp(),
            "ahead": (now + SKEW).timestamp(),
        }
        with self._opened() as connection:
            rows = connection.execute(
                f"select id, name, claims, begun, seen, proved from sessions where {_LIVE} {more}",
                times | given,
            ).fetchall()
        return [found for row in rows if self._in_time(found := _session(row), now)]

    def _in_time(self, session: Session, now: datetime) -> bool:
        longest = self.longest_by_link if session.claims is None else self.longest
        return now - session.begun < longest

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as connection, connection:
            yield connection

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        """:raises SetupError: the file can't be used, or others may read it."""
        return private_database(
            self.path,
            _TABLES,
            Message("If it is damaged, move it away: everybody signs in again."),
        )


def id_of(token: str) -> str:
    """The hash under which a token is kept."""
    return sha256(token.encode()).hexdigest()


def _session(row: tuple[Any, ...]) -> Session:
    identity, name, claims, begun, seen, proved = row
    return Session(
        identity,
        name,
        None if claims is None else json.loads(claims),
        datetime.fromtimestamp(begun, UTC),
        datetime.fromtimestamp(seen, UTC),
        None if proved is None else datetime.fromtimestamp(proved, UTC),
    )
