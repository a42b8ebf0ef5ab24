"""Handovers: what the ledger says of them, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core.handover import SECTIONS, Handover
from runner.store import schema
from runner.store.alerts import line_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import HandoverAccepted, HandoverSigned
    from runner.store.row_writer import RowWriter


def sign(rows: RowWriter, fields: Mapping[str, Any], body: HandoverSigned) -> None:
    """Apply the line by which its author hands over."""
    texts = {name: getattr(body, name) for name in SECTIONS}
    rows.insert(schema.handovers, {**line_columns(fields), "to": body.to, "texts": texts})


def accept(rows: RowWriter, fields: Mapping[str, Any], body: HandoverAccepted) -> None:
    """Apply the line by which the receiver takes on."""
    accepted = {"accepted_by": fields["by"], "accepted_at": fields["at"]}
    rows.update(schema.handovers, {"id": body.id}, accepted)


def handovers(connection: Connection, week_id: str) -> list[Handover]:
    """The handovers of a week, newest first."""
    table = schema.handovers
    query = select(table).where(table.c.week_id == week_id).order_by(table.c.id.desc())
    return [
        Handover(row.id, row.by, row.to, row.at, row.texts, row.accepted_by, row.accepted_at)
        for row in connection.execute(query)
    ]
