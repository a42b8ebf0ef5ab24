"""Requests for jobs: how they are written, and how a requested restart is read back.

A restart is requested once. The live attempt is stopped as by any other stop, so it can save;
after its end the job goes back into the queue, and the next attempt continues from the
last good checkpoint with the changed settings. They are part of the job's parameters, so
later attempts keep them.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from core.job_params import JobParams, RestartRecord, StoredTrainParams, stored_params
from core.language import Message
from core.ledger_bodies import JobColumns, JobRequested
from core.vocabulary import JobKind, JobState
from runner.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


def job_request(
    kind: JobKind, params: JobParams, run: str | None, now: datetime
) -> JobRequested:  # fmt: skip
    """The ledger body of a request, with a new job id."""
    return JobRequested(
        job_id=f"{kind.value}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        job_kind=kind,
        params=params.as_json(),
        run=run,
    )


def restart_of(row: Row[Any]) -> RestartRecord | None:
    """The restart that a job's newest attempts began with, or are to begin with."""
    return stored_params(StoredTrainParams, row.params).restart


def restart_pending(row: Row[Any]) -> bool:
    """Whether the requested stop belongs to a restart, and no final stop was requested later."""
    asked = restart_of(row)
    return (
        asked is not None
        and row.stop_requested_at is not None
        and asked.at == row.stop_requested_at
    )


def requeue_for_restart(connection: Connection, job_id: str, state: JobState) -> JobColumns | None:
    """The columns that put a stopped job back into the queue; None without a pending restart.

    STOPPED -> QUEUED
    """
    if state is not JobState.STOPPED:
        return None
    jobs = schema.jobs
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one()
    asked = restart_of(row)
    if asked is None or not restart_pending(row):
        return None
    return JobColumns(
        state=JobState.QUEUED,
        reason=Message(
            "Restarted by {by} {change}, from the last good checkpoint.",
            by=asked.by,
            change=asked.what,
        ),
        stop_requested_by=None,
        stop_requested_at=None,
        not_before=None,
    )
