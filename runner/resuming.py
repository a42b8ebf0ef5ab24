"""Whether a training that the machine interrupted goes on by itself, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from core.vocabulary import JobKind, JobState
from runner.settings import Settings
from runner.store import queries, schema

# The machine's failures. The trainer's own (FAILED) waits for a person, and a
# revalidation is never repeated by itself: its verdict would be chosen by chance.
_RESUMED = frozenset({JobState.INTERRUPTED, JobState.LOST})
_DAY = timedelta(hours=24)


def resume_at(
    connection: Connection, settings: Settings, row: Row, state: JobState, now: datetime
) -> datetime | None:
    """When to go on; None: not by itself."""
    if (
        not settings.automatic_resume
        or row.kind != JobKind.TRAIN
        or state not in _RESUMED
        or row.stop_requested_at is not None
    ):
        return None
    if row.week_id and any(i.blocks_start for i in queries.open_incidents(connection, row.week_id)):
        return None
    table = schema.ledger
    recent = connection.execute(
        select(table.c.body).where(table.c.kind == "job", table.c.at > now - _DAY)
    ).scalars()
    resumes = sum(1 for body in recent if body["job_id"] == row.id and body.get("resumes"))
    if resumes >= settings.resumes_a_day:
        return None
    wait = min(settings.backoff_s * 2**resumes, settings.backoff_cap_s)
    return now + timedelta(seconds=wait)
