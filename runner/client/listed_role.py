"""The role of a proved person at the moment of an act, and the record of who was refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from core.access import identity_of, role_of
from core.errors import PermissionDenied, TrainweekError
from core.language import Message, joined
from runner.home.access_file import read_access

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from core.ledger_bodies import Body
    from core.paths import Home
    from core.people import Person
    from runner.store import Store

log = logging.getLogger("trainweek.entry")


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
    """A line of the ledger. Where none can be written, people still read."""
    try:
        with store().write() as transaction:
            transaction.append(body, by=person, at=now, at_week=now)
    except TrainweekError as error:
        log.warning("not on the ledger: %s of %s: %s", body.kind, person.name, error)
