"""Shifts: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from core.shifts import Shift
from core.timestamps import parse_moment
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import ShiftRemoved, ShiftSet, ShiftTaken


def begin(connection: Connection, fields: Mapping[str, Any], body: ShiftSet) -> None:
    """Apply the line that puts a person on call."""
    _insert(connection, fields, body, person=body.person, replaces=None)


def take(connection: Connection, fields: Mapping[str, Any], body: ShiftTaken) -> None:
    """Apply the line by which its author takes a shift over."""
    _insert(connection, fields, body, person=fields["by"], replaces=body.id)


def remove(connection: Connection, fields: Mapping[str, Any], body: ShiftRemoved) -> None:
    """Apply the line that ends a shift."""
    table = schema.shifts
    connection.execute(
        update(table)
        .where(table.c.id == body.id)
        .values(removed_by=fields["by"], removed_at=parse_moment(fields["at"]))
    )


def shifts(connection: Connection, week_id: str) -> list[Shift]:
    """The shifts of a week in the order in which they were written, also those that were removed."""
    table = schema.shifts
    query = select(table).where(table.c.week_id == week_id).order_by(table.c.id)
    return [
        Shift(
            id=row.id,
            person=row.person,
            begin=row.begin,
            end=row.end,
            zone=row.zone,
            by=row.by,
            at=row.at,
            replaces=row.replaces,
            removed_by=row.removed_by,
            removed_at=row.removed_at,
        )
        for row in connection.execute(query)
    ]


def _insert(
    connection: Connection,
    fields: Mapping[str, Any],
    body: ShiftSet | ShiftTaken,
    *,
    person: str,
    replaces: int | None,
) -> None:
    connection.execute(
        insert(schema.shifts).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            person=person,
            begin=parse_moment(body.begin),
            end=parse_moment(body.end),
            zone=body.zone,
            replaces=replaces,
            by=fields["by"],
            role=fields["role"],
            verified=fields["verified"],
            at=parse_moment(fields["at"]),
            at_week=parse_moment(fields["at_week"]),
        )
    )
