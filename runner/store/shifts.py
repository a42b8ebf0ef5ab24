"""Shifts: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.shifts import Shift
from core.timestamps import parse_moment
from runner.store import schema
from runner.store.alerts import line_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import ShiftRemoved, ShiftSet, ShiftTaken
    from runner.store.row_writer import RowWriter


def begin(rows: RowWriter, fields: Mapping[str, Any], body: ShiftSet) -> None:
    """Apply the line that puts a person on call."""
    _insert(rows, fields, body, person=body.person, replaces=None)


def take(rows: RowWriter, fields: Mapping[str, Any], body: ShiftTaken) -> None:
    """Apply the line by which its author takes a shift over."""
    _insert(rows, fields, body, person=fields["by"], replaces=body.id)


def remove(rows: RowWriter, fields: Mapping[str, Any], body: ShiftRemoved) -> None:
    """Apply the line that ends a shift."""
    ended = {"removed_by": fields["by"], "removed_at": fields["at"]}
    rows.update(schema.shifts, {"id": body.id}, ended)


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
    rows: RowWriter,
    fields: Mapping[str, Any],
    body: ShiftSet | ShiftTaken,
    *,
    person: str,
    replaces: int | None,
) -> None:
    rows.insert(
        schema.shifts,
        {
            **line_columns(fields),
            "person": person,
            "begin": parse_moment(body.begin),
            "end": parse_moment(body.end),
            "zone": body.zone,
            "replaces": replaces,
        },
    )
