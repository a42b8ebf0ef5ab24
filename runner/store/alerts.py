"""Silences of alerts: what lines of the ledger say of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from core.alerts.conditions import Silence
from core.timestamps import parse_moment
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import AlertsSilenced, SilenceEnded


def silence(connection: Connection, fields: Mapping[str, Any], body: AlertsSilenced) -> None:
    """Apply the line that begins a silence."""
    connection.execute(
        insert(schema.silences).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            what=body.what,
            until=parse_moment(body.until),
            reason=body.reason,
            by=fields["by"],
            role=fields["role"],
            verified=fields["verified"],
            at=parse_moment(fields["at"]),
            at_week=parse_moment(fields["at_week"]),
        )
    )


def end_silence(connection: Connection, fields: Mapping[str, Any], body: SilenceEnded) -> None:
    """Apply the line that ends a silence before its time."""
    table = schema.silences
    connection.execute(
        update(table)
        .where(table.c.id == body.id)
        .values(ended_by=fields["by"], ended_at=parse_moment(fields["at"]))
    )


def silences(connection: Connection) -> list[Silence]:
    """All silences, oldest first; one that was ended before its time ends then."""
    table = schema.silences
    return [
        Silence(
            id=row.id,
            what=row.what,
            until=row.until if row.ended_at is None else min(row.until, row.ended_at),
            reason=row.reason,
            by=row.by,
            at=row.at,
        )
        for row in connection.execute(select(table).order_by(table.c.id))
    ]
