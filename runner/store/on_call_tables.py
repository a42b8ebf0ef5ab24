"""Who is on call: its tables."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from runner.store.columns import metadata, week, who_and_when
from runner.store.utc_datetime import UtcDateTime

shifts = Table(
    "shifts",
    metadata,
    Column("id", Integer, primary_key=True),
    week(),
    Column("person", String, nullable=False),
    Column("begin", UtcDateTime, nullable=False),
    Column("end", UtcDateTime, nullable=False),
    Column("zone", String, nullable=False),
    Column("replaces", Integer),  # the shift that was taken over
    *who_and_when(),
    Column("removed_by", String),
    Column("removed_at", UtcDateTime),
)

handovers = Table(
    "handovers",
    metadata,
    Column("id", Integer, primary_key=True),
    week(),
    Column("to", String, nullable=False),
    Column("texts", JSON, nullable=False),  # section to text
    *who_and_when(),
    Column("accepted_by", String),
    Column("accepted_at", UtcDateTime),
)
