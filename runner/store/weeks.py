"""The effect of the ledger's lines about weeks on the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from core.timestamps import parse_moment
from runner.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.ledger_bodies import (
        ClockSet,
        PlaybookTaken,
        WeekArchived,
        WeekCreated,
        WeekMended,
        WeekUnarchived,
        WeekUsed,
    )

Fields = Mapping[str, Any]


def create(connection: Connection, fields: Fields, body: WeekCreated) -> None:
    """Add the week."""
    if body.active:
        connection.execute(update(schema.weeks).values(active=False))
    values = {**body.given(), "active": body.active, "created_at": parse_moment(fields["at"])}
    connection.execute(insert(schema.weeks).values(**values))


def use(connection: Connection, fields: Fields, body: WeekUsed) -> None:
    """Make it the active one."""
    weeks = schema.weeks
    connection.execute(update(weeks).values(active=False))
    connection.execute(update(weeks).where(weeks.c.id == body.id).values(active=True))


def mend(connection: Connection, fields: Fields, body: WeekMended) -> None:
    """Change its launch time."""
    _change(connection, body.id, launch=body.launch)


def archive(connection: Connection, fields: Fields, body: WeekArchived) -> None:
    """Mark it as archived."""
    _change(connection, body.id, archived_at=parse_moment(fields["at"]))


def unarchive(connection: Connection, fields: Fields, body: WeekUnarchived) -> None:
    """Remove that mark."""
    _change(connection, body.id, archived_at=None)


def take_playbook(connection: Connection, fields: Fields, body: PlaybookTaken) -> None:
    """The week has another playbook; the text of the earlier one stays in the ledger alone."""
    weeks = schema.weeks
    connection.execute(
        update(weeks)
        .where(weeks.c.id == body.id)
        .values(
            playbook_text=body.playbook_text,
            playbook_sha256=body.playbook_sha256,
            playbook_file=body.playbook_file,
            tag=body.tag,
            symbol=body.symbol,
        )
    )


def _change(connection: Connection, week_id: str, **values: Any) -> None:
    weeks = schema.weeks
    connection.execute(update(weeks).where(weeks.c.id == week_id).values(**values))


def set_clock(connection: Connection, fields: Fields, body: ClockSet) -> None:
    """Add a point to its clock."""
    connection.execute(
        insert(schema.clock_points).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            real=body.real,
            week=body.week,
            pace=body.pace,
        )
    )
