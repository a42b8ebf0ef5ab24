"""A pending restart of a training run, as client and runner both read it.

A person requests it once. The live attempt is stopped like by any stop, so it can save;
after its end the job goes back into the queue, and the next attempt continues from the
last good checkpoint with the changed settings. They are part of the job's parameters, so
later attempts keep them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.engine import Connection

from core.language import Message, recorded_message
from core.timestamps import parse_moment
from core.vocabulary import JobState
from runner.store import schema


def restart_pending(row: Row) -> bool:
    """Whether the requested stop belongs to a restart, and no final stop was requested later."""
    asked = row.params.get("restart")
    return (
        isinstance(asked, Mapping)
        and row.stop_requested_at is not None
        and parse_moment(str(asked["at"])) == row.stop_requested_at
    )


def requeue_for_restart(
    connection: Connection, job_id: str, state: JobState
) -> dict[str, Any] | None:
    """The columns that put a stopped job back into the queue; None without a pending restart.

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
        "reason": Message(
            "Restarted by {by} {change}, from the last good checkpoint.",
            by=asked["by"],
            change=recorded_message(asked, "what"),
        ),
        "stop_requested_by": None,
        "stop_requested_at": None,
        "not_before": None,
    }
