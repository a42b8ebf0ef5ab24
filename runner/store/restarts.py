"""A restart of the training under way: what client and runner agree upon.

A person asks once. The living attempt is stopped as by any stop, so it may save; when it
has ended, the job goes back into the queue, and its next attempt continues from the last
good checkpoint with the changed settings. They stand in the job's parameters, so that
every later attempt keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from core.timestamps import parse_moment
from core.vocabulary import JobState
from runner.store import schema


def restart_pending(row: Row) -> bool:
    """Whether the stop in force is a restart's, and not a stop for good asked for later."""
    asked = row.params.get("restart")
    return (
        isinstance(asked, Mapping)
        and row.stop_requested_at is not None
        and parse_moment(str(asked["at"])) == row.stop_requested_at
    )


def goes_on(connection: Connection, job_id: str, state: JobState) -> dict[str, Any] | None:
    """The columns that put a stopped job back into the queue; None if nobody asked for it.

    STOPPED -> QUEUED
    """
    if state is not JobState.STOPPED:
        return None
    jobs = schema.jobs
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    if not restart_pending(row):
        return None
    asked = row.params["restart"]
    return {
        "state": JobState.QUEUED,
        "reason": f"Restarted by {asked['by']}, {asked['what']}, from the last good checkpoint.",
        "stop_requested_by": None,
        "stop_requested_at": None,
        "not_before": None,
    }
