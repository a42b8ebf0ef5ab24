"""Twin runs as the store has them: their jobs, and the ledger's lines of what they found."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from core.ledger_bodies import TwinJudged, readable_body
from core.twin.result import TwinResult
from core.vocabulary import JobKind
from runner.store import record_queries, schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from runner.records import Job


class TwinRun(NamedTuple):
    """A twin run: its job, and what it found."""

    job: Job
    result: TwinResult | None  # None: it has not ended, or without a result


def twins(connection: Connection, week_id: str | None = None) -> list[TwinRun]:
    """The twin runs of a week (with None: of all weeks), newest first."""
    jobs = record_queries.jobs(connection, JobKind.TWIN, week_id)
    found = results_of(connection, jobs)
    return [TwinRun(job, found.get(job.id)) for job in jobs]


def results_of(connection: Connection, jobs: Iterable[Job]) -> dict[str, TwinResult]:
    """What the twin runs among these jobs found, by job id; one statement, none without one."""
    mine = {job.id for job in jobs if job.kind is JobKind.TWIN}
    if not mine:
        return {}
    table = schema.ledger
    lines = connection.scalars(select(table.c.body).where(table.c.kind == TwinJudged.kind))
    bodies = (readable_body(TwinJudged.kind, raw) for raw in lines)
    return {
        each.job_id: found
        for each in bodies
        if isinstance(each, TwinJudged)
        and each.job_id in mine
        and (found := TwinResult.of(each.result)) is not None
    }
