"""Which alerts hold, and the outbox: what was sent to which channel, and what still waits.

A database of its own, beside the store: the store is what the ledger says and nothing else, and
a damaged one must not keep anybody from being told. No backup holds it, so that restoring one
sends nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from core.alerts.conditions import Alert, Notice
from core.language import Message
from runner.alerts.outbox import enqueue
from runner.home.private_database import private_database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

    from core.alerts.alerts_file import Channel
    from core.alerts.edges import Edges
    from core.paths import Home

GIVE_UP = timedelta(hours=24)  # a message that was refused for so long is not sent any more
KEPT = timedelta(days=30)
BACKOFF, BACKOFF_CAP = timedelta(seconds=15), timedelta(minutes=5)
MOST = 5000  # rows that one message may settle

_TABLES = """
create table alerts (key text primary key, body text not null);
create table notices (
    id integer primary key, dedup text not null unique, key text not null, body text not null,
    at real not null
);
create table outbox (
    id integer primary key, notice integer not null references notices(id), channel text not null,
    state text not null check (state in ('waiting', 'sent', 'failed')),
    attempts integer not null default 0, next_at real not null, sent_at real, problem text,
    unique (notice, channel)
);
create index outbox_waiting on outbox (channel, next_at) where state = 'waiting';
create table begun (line integer not null);
create table looks (at real not null, trusted_s real not null, complete integer not null);
"""
_DUE = """
select o.id, n.body, o.attempts from outbox o join notices n on n.id = o.notice
where o.channel = ?1 and o.state = 'waiting' and o.next_at <= ?2 and n.key not in (
    select m.key from outbox p join notices m on m.id = p.notice
    where p.channel = ?1 and p.state = 'waiting' and p.next_at > ?2 and p.id < o.id
) order by o.id limit ?3
"""


@dataclass(frozen=True)
class Waiting:
    """One notice that a channel has not got yet."""

    id: int
    notice: Notice
    attempts: int


@dataclass(frozen=True)
class LastLook:
    """The runner's newest look for alerts.

    :ivar trusted_until: until then its alerts are those of now; later nobody looks any more.
    :ivar complete: it could read everything.
    """

    at: datetime
    trusted_until: datetime
    complete: bool


@dataclass(frozen=True)
class ChannelState:
    """How delivery to a channel stands."""

    channel: str
    waiting: int
    failed: int  # given up
    sent: int
    oldest: datetime | None  # since when something waits
    problem: str | None  # of the last attempt; None: it succeeded, or there was none


def backoff(attempts: int) -> timedelta:
    """Wait after a number of attempts: 15 s, doubling up to 5 min."""
    return min(BACKOFF * 2 ** min(attempts - 1, 10), BACKOFF_CAP)


class AlertStore:
    """Alerts and outbox of a data directory. Each call is a transaction of its own.

    :raises SetupError: from every call: the database can't be used.
    """

    def __init__(self, home: Home) -> None:
        self.path = home.alerts

    def begin(self, line: int) -> int:
        """The ledger line after which things are reported: that of the first call ever."""
        with self.opened() as connection, connection:
            connection.execute(
                "insert into begun select ? where not exists (select 1 from begun)", (line,)
            )
            return int(connection.execute("select line from begun").fetchone()[0])

    def alerts(self) -> dict[str, Alert]:
        """Key to alert, also those that have recovered."""
        return {
            key: Alert.model_validate_json(body)
            for key, body in self._select("select key, body from alerts")
        }

    def save(self, found: Edges, channels: Sequence[Channel], now: datetime) -> int:
        """Save what a look changed, and what is to be sent of it; returns the new notices."""
        new = 0
        with self.opened() as connection, connection:
            connection.executemany(
                "insert into alerts values (?, ?) on conflict do update set body = excluded.body",
                [(alert.key, alert.model_dump_json()) for alert in found.alerts],
            )
            for notice in found.notices:
                new += enqueue(connection, notice, channels, now)
        return new

    def looked(self, at: datetime, trusted: timedelta, complete: bool) -> None:
        """Keep that a look was taken, and for how long it holds."""
        with self.opened() as connection, connection:
            connection.execute("delete from looks")
            connection.execute(
                "insert into looks values (?, ?, ?)",
                (at.timestamp(), trusted.total_seconds(), complete),
            )

    def last_look(self) -> LastLook | None:
        """The newest look; None if none was ever taken."""
        for at, trusted_s, complete in self._select("select at, trusted_s, complete from looks"):
            moment = _moment(at)
            return LastLook(moment, moment + timedelta(seconds=trusted_s), bool(complete))
        return None

    def due(self, channel: str, now: datetime) -> list[Waiting]:
        """What may be sent now, in order; nothing that would overtake one of its own key."""
        rows = self._select(_DUE, channel, now.timestamp(), MOST)
        return [Waiting(row[0], Notice.model_validate_json(row[1]), row[2]) for row in rows]

    def due_channels(self, now: datetime) -> list[str]:
        """The channels for which something is due."""
        query = "select distinct channel from outbox where state = 'waiting' and next_at <= ?"
        return [row[0] for row in self._select(query, now.timestamp())]

    def claim(self, waiting: Iterable[Waiting], now: datetime) -> None:
        """Before an attempt: whatever becomes of the process, the next one waits its time."""
        self._change(
            "update outbox set attempts = attempts + 1, next_at = ?, problem = ? where id = ?",
            [
                ((now + backoff(one.attempts + 1)).timestamp(), "no answer", one.id)
                for one in waiting
            ],
        )

    def sent(self, waiting: Iterable[Waiting], now: datetime) -> None:
        """The receiver has got them."""
        self._change(
            "update outbox set state = 'sent', sent_at = ?, problem = null where id = ?",
            [(now.timestamp(), one.id) for one in waiting],
        )

    def refused(self, waiting: Iterable[Waiting], problem: str, now: datetime) -> None:
        """The attempt failed; after :data:`GIVE_UP` there is no other.

        :param problem: for people; must not hold a part of the address.
        """
        self._change(
            "update outbox set problem = ?, state = ? where id = ?",
            [
                (problem, "failed" if now - one.notice.at > GIVE_UP else "waiting", one.id)
                for one in waiting
            ],
        )

    def drop_channels(self, kept: Iterable[str]) -> None:
        """Give up what waits for channels that are not in the file any more."""
        names = list(kept)
        marks = ", ".join("?" * len(names))
        self._change(
            "update outbox set state = 'failed', problem = 'no such channel'"
            f" where state = 'waiting' and channel not in ({marks})",
            [names],
        )

    def prune(self, now: datetime) -> None:
        """Delete what was settled long ago.

        What happened once stays known: a look may find it again after any time.
        """
        before = ((now - KEPT).timestamp(),)
        with self.opened() as connection, connection:
            connection.execute(
                "delete from outbox where state != 'waiting' and next_at < ?", before
            )
            connection.execute(
                "delete from notices where at < ? and id not in (select notice from outbox)"
                " and json_extract(body, '$.state') != 'happened'",
                before,
            )

    def reported_by(self, at: datetime) -> list[Alert] | None:
        """The alerts whose beginning was reported by a moment, and their end not; None: not known.

        From the notices: of what was silenced, or waited to be reported, there is none.
        """
        look = self.last_look()
        if look is None or at < look.at - KEPT:
            return None
        notices = (
            "select body from notices where at <= ?"
            " and json_extract(body, '$.state') != 'happened' order by id"
        )
        found: dict[str, Alert] = {}
        rows = self._select(notices, at.timestamp())
        for notice in (Notice.model_validate_json(body) for (body,) in rows):
            before = found.pop(notice.key, None)
            if not notice.is_end:
                found[notice.key] = _as_reported(notice, before)
        return list(found.values()) if rows else None

    def began_after(self, at: datetime) -> list[tuple[Notice, datetime | None]]:
        """The beginnings of alerts that were seen after a moment, in order; each with its arrival.

        :returns: with None: no channel has got the message.
        """
        query = (
            "select body, min(sent_at) from notices left join outbox on notice = notices.id"
            " where at >= ? and json_extract(body, '$.state') = 'firing'"
            " group by notices.id order by at"
        )
        return [
            (Notice.model_validate_json(body), None if sent is None else _moment(sent))
            for body, sent in self._select(query, at.timestamp())
        ]

    def states(self) -> list[ChannelState]:
        """How delivery stands, by channel."""
        query = """
            select channel, sum(state = 'waiting'), sum(state = 'failed'), sum(state = 'sent'),
            min(case when state = 'waiting' then at end) from outbox
            join notices on notices.id = notice group by channel order by channel
        """
        last = "select channel, problem from outbox where attempts > 0 order by next_at"
        problems = dict(self._select(last)) if self.path.exists() else {}
        return [
            ChannelState(
                name,
                waiting,
                failed,
                sent,
                None if at is None else _moment(at),
                problems.get(name),
            )
            for name, waiting, failed, sent, at in self._select(query)
        ]

    def _select(self, query: str, *given: object) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with self.opened() as connection:
            return connection.execute(query, given).fetchall()

    def _change(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        with self.opened() as connection, connection:
            connection.executemany(statement, rows)

    def opened(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection to its database."""
        return private_database(
            self.path,
            _TABLES,
            Message("If it is damaged, move it away: what still holds is reported again."),
        )


def _as_reported(notice: Notice, before: Alert | None) -> Alert:
    now = notice.condition
    told = notice.at if before is None else before.told
    return Alert(
        first=now, last=now, last_seen=notice.at, began=told, told=told, turn=notice.turn
    )  # fmt: skip


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
