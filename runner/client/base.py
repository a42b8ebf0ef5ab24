"""What all parts of the client share: person, time, and writing to the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import InputError, PermissionDenied
from core.language import Message
from core.ledger_bodies import JobRequested, RestartRequested, StopRequested
from runner.outcomes import Refused
from runner.store import Store, Transaction, schema
from runner.store.queries import week_moment
from runner.store.rows import entry_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.paths import Home
    from core.people import Person
    from core.vocabulary import Right
    from runner.records import LedgerEntry


def no_week(week_id: str) -> Refused:
    """The refusal for a week that does not exist."""
    return Refused(
        Message("There is no week {week}.", week=week_id),
        Message("List the weeks: trainweek week list"),
    )


def requested_job(entry: LedgerEntry) -> str:
    """The job that an earlier request with the same key asked for.

    :raises InputError: the key belongs to another kind of line.
    """
    if isinstance(entry.body, JobRequested | StopRequested | RestartRequested):
        return entry.body.job_id
    raise used_otherwise(entry)


def used_otherwise(entry: LedgerEntry) -> InputError:
    """The error for a key that an earlier line of another kind has."""
    return InputError(
        Message(
            "Line {line:,} of the ledger, of kind {kind}, already has this key.",
            line=entry.seq,
            kind=entry.kind,
        ),
        Message("Give each request a key of its own."),
    )


class BaseClient:
    """Base class of the client's parts."""

    home: Home
    person: Person
    now: Callable[[], datetime]
    store: Store

    def _denied(self, right: Right) -> Refused | None:
        """The refusal for a person without this right; None if they have it."""
        try:
            self.person.require(right)
        except PermissionDenied as error:
            return Refused.by(error)
        return None

    def _append(
        self,
        transaction: Transaction,
        body: Body,
        week_id: str | None = None,
        key: str | None = None,
    ) -> LedgerEntry:
        """Append a line in the person's name, at the present time."""
        now = self.now()
        return transaction.append(
            body,
            by=self.person,
            at=now,
            at_week=week_moment(transaction.connection, week_id, now),
            week_id=week_id,
            key=key,
        )

    @staticmethod
    def _keyed(connection: Connection, key: str | None) -> LedgerEntry | None:
        """The line that an earlier request with this key wrote; None if there is none."""
        if key is None:
            return None
        row = connection.execute(select(schema.ledger).where(schema.ledger.c.key == key)).first()
        return None if row is None else entry_of(row)
