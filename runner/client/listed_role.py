"""The role of a proved person at the moment of an act, and the record of who was refused."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.access import identity_of, role_of
from core.errors import PermissionDenied, TrainweekError
from core.language import Message, joined
from core.ledger_bodies import ActDenied
from runner.home.access_file import read_access
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.paths import Home
    from core.people import Person
    from runner.store import Store

log = logging.getLogger("trainweek.entry")
_MOST_UNPROVED, _WITHIN = 100, timedelta(hours=1)  # denials of people whom nothing proved


def require_listed(home: Home, person: Person, claims: Mapping[str, Any]) -> None:
    """Only the list as it is now counts.

    :raises PermissionDenied: the person has another role by now or none, or the list can't be read.
    """
    try:
        access = read_access(home)
    except TrainweekError as error:
        raise nothing_changes(error) from error
    role = role_of(access, claims)
    if role is not person.role or identity_of(claims).name != person.name:
        raise PermissionDenied(
            Message("Your role is now {role}.", role=role.value), Message("Reload the page.")
        )


def nothing_changes(error: TrainweekError) -> PermissionDenied:
    """The refusal of every act while it is in doubt who may act."""
    return PermissionDenied(
        joined([Message("Nothing can be changed now."), error.what]), error.remedy
    )


def record(store: Callable[[], Store], person: Person, body: Body, now: datetime) -> None:
    """A line of the ledger. Where none can be written, people still read.

    Of what no one has proved, only so much is recorded: whoever may not act must not fill the
    ledger either.
    """
    try:
        with store().write() as transaction:
            if not person.verified and _flooded(transaction.connection, now):
                log.warning("too many denials without a proved name: not on the ledger")
                return
            transaction.append(body, by=person, at=now, at_week=now)
    except TrainweekError as error:
        log.warning("not on the ledger: %s of %s: %s", body.kind, person.name, error)


def _flooded(connection: Connection, now: datetime) -> bool:
    """Whether the newest lines are so many denials of the last hour that no one proved."""
    table = schema.ledger
    newest = (
        select(table.c.at)
        .where(table.c.kind == ActDenied.kind, table.c.proved.is_(False))
        .order_by(table.c.seq.desc())
        .limit(_MOST_UNPROVED)
    )
    times = list(connection.scalars(newest))
    return len(times) == _MOST_UNPROVED and times[-1] > now - _WITHIN
