"""Silences and acknowledgements of alerts: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.alerts.acknowledgement import Acknowledgement
from core.alerts.conditions import Silence
from core.timestamps import parse_moment
from runner.store import schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import AlertAcknowledged, AlertMarked, AlertsSilenced, SilenceEnded
    from runner.store.row_writer import RowWriter


def silence(rows: RowWriter, fields: Mapping[str, Any], body: AlertsSilenced) -> None:
    """Apply the line that begins a silence."""
    rows.insert(
        schema.silences,
        {
            **line_columns(fields),
            "what": body.what,
            "until": parse_moment(body.until),
            "reason": body.reason,
        },
    )


def end_silence(rows: RowWriter, fields: Mapping[str, Any], body: SilenceEnded) -> None:
    """Apply the line that ends a silence before its time."""
    ended = {"ended_by": fields["by"], "ended_at": fields["at"]}
    rows.update(schema.silences, {"id": body.id}, ended)


def silences(connection: Connection, after: datetime | None = None) -> list[Silence]:
    """The silences, oldest first; one that was ended before its time ends then.

    :param after: only those that were to end later than this.
    """
    table = schema.silences
    query = select(table).order_by(table.c.id)
    if after is not None:
        query = query.where(table.c.until > after)
    return [
        Silence(
            id=row.id,
            what=row.what,
            until=row.until if row.ended_at is None else min(row.until, row.ended_at),
            reason=row.reason,
            by=row.by,
            at=row.at,
        )
        for row in connection.execute(query)
    ]


def acknowledge(rows: RowWriter, fields: Mapping[str, Any], body: AlertAcknowledged) -> None:
    """Apply the line of an acknowledgement."""
    rows.insert(schema.acknowledgements, {**line_columns(fields), "what": body.what})


def line_columns(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that say which line it is, whose and when."""
    names = ("week_id", "by", "role", "verified", "at", "at_week")
    return {"id": fields["seq"], **{name: fields[name] for name in names}}


def mark(rows: RowWriter, fields: Mapping[str, Any], body: AlertMarked) -> None:
    """Apply the line that says whether an acknowledged alert was useful."""
    rows.update(schema.acknowledgements, {"id": body.id}, {"useful": body.useful})


def acknowledgements(connection: Connection, week_id: str | None = None) -> list[Acknowledgement]:
    """The acknowledgements of alerts, oldest first.

    :param week_id: only those of a week.
    """
    table = schema.acknowledgements
    query = select(table).order_by(table.c.id)
    if week_id is not None:
        query = query.where(table.c.week_id == week_id)
    return [
        Acknowledgement(row.id, row.what, row.by, row.at, row.useful)
        for row in connection.execute(query)
    ]
