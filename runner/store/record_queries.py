"""Rows of the tables as records, for one week or for all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select

from core.alerts.acknowledgement import incident_key
from core.ledger_bodies import (
    ClockSet,
    Countersigned,
    CountersignRequested,
    DecisionFollowed,
    DecisionMade,
    DecisionReproduced,
    JobRequested,
    RestartRequested,
    TickWithdrawn,
    WeekCreated,
    readable_body,
)
from core.vocabulary import IncidentState, JobKind
from runner.records import (
    Attempt,
    ConditionClosure,
    Countersignature,
    CountersignatureRequest,
    DecisionLine,
    DecisionRecords,
    Job,
    LedgerEntry,
    Note,
    Signature,
    Tick,
)
from runner.store import rows, schema
from runner.store.alerts import acknowledgements

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy.engine import Connection

    from core.week import Week
    from runner.incident_records import Incident
    from runner.tick_records import Withdrawal


def head(connection: Connection) -> str:
    """The hash of the last ledger line. Every write appends one, so it identifies the state."""
    table = schema.ledger
    last = connection.scalar(select(table.c.sha256).order_by(table.c.seq.desc()).limit(1))
    return last or ""


def jobs(
    connection: Connection,
    kind: JobKind | None = None,
    week_id: str | None = None,
    limit: int | None = None,
) -> list[Job]:
    """Jobs, newest first; of all kinds and weeks by default, but a sweep's trials only by kind."""
    query = select(schema.jobs).order_by(schema.jobs.c.seq.desc()).limit(limit)
    wanted = schema.jobs.c.kind != JobKind.TRIAL if kind is None else schema.jobs.c.kind == kind
    query = query.where(wanted)
    if week_id is not None:
        query = query.where(schema.jobs.c.week_id == week_id)
    return [rows.job_of(row) for row in connection.execute(query)]


def attempts(connection: Connection, job_id: str) -> list[Attempt]:
    """The attempts of a job, in the order of their numbers."""
    table = schema.attempts
    query = select(table).where(table.c.job_id == job_id).order_by(table.c.number)
    return [rows.attempt_of(row) for row in connection.execute(query)]


def attempts_of_week(connection: Connection, week_id: str) -> dict[str, tuple[Attempt, ...]]:
    """The attempts of a week by job id, in the order of their numbers."""
    table, of = schema.attempts, schema.jobs
    query = (
        select(table)
        .join(of, of.c.id == table.c.job_id)
        .where(of.c.week_id == week_id)
        .order_by(table.c.job_id, table.c.number)
    )
    found: dict[str, list[Attempt]] = {}
    for row in connection.execute(query):
        found.setdefault(row.job_id, []).append(rows.attempt_of(row))
    return {job_id: tuple(own) for job_id, own in found.items()}


def ticks(connection: Connection, week_id: str, slot: str | None = None) -> list[Tick]:
    """The current ticks, oldest first; one that was replaced or withdrawn is in the ledger only."""
    table = schema.ticks
    query = select(table).where(table.c.week_id == week_id, table.c.replaced_by.is_(None))
    if slot is not None:
        query = query.where(table.c.slot == slot)
    return [rows.tick_of(row) for row in connection.execute(query.order_by(table.c.id))]


def withdrawals(connection: Connection, week_id: str) -> list[Withdrawal]:
    """The withdrawals of a week's ticks, oldest first."""
    table, entries = schema.ticks, schema.ledger
    query = (
        select(entries)
        .join(table, table.c.replaced_by == entries.c.seq)
        .where(
            table.c.week_id == week_id,
            entries.c.body["action"].as_string() == TickWithdrawn.action,
        )
        .order_by(entries.c.seq)
    )
    return [rows.withdrawal_of(row) for row in connection.execute(query)]


def notes(connection: Connection, week_id: str) -> list[Note]:
    """The notes of a week, oldest first."""
    table = schema.notes
    query = select(table).where(table.c.week_id == week_id).order_by(table.c.id)
    return [rows.note_of(row) for row in connection.execute(query)]


def incidents(connection: Connection, week_id: str, open_only: bool = False) -> list[Incident]:
    """The incidents of a week, newest first."""
    table = schema.incidents
    query = _incidents().where(table.c.week_id == week_id)
    if open_only:
        query = query.where(table.c.state == IncidentState.OPEN)
    return _read_incidents(connection, query)


def incidents_of_job(connection: Connection, job_id: str) -> list[Incident]:
    """The incidents that the runner opened for a job, newest first."""
    query = _incidents().where(schema.ledger.c.body["job_id"].as_string() == job_id)
    return _read_incidents(connection, query)


def incident(connection: Connection, incident_id: int) -> Incident | None:
    """An incident by its id; None if it does not exist."""
    query = _incidents().where(schema.incidents.c.id == incident_id)
    return next(iter(_read_incidents(connection, query)), None)


def _read_incidents(connection: Connection, query: Select[Any]) -> list[Incident]:
    """The incidents of a query, each with its first acknowledgement."""
    found = [rows.incident_of(row) for row in connection.execute(query)]
    if not found:
        return []
    known = {one.what: one for one in reversed(acknowledgements(connection))}
    return [
        one
        if (first := known.get(incident_key(one.id))) is None
        else replace(one, acknowledged_by=first.by, acknowledged_at=first.at)
        for one in found
    ]


def _incidents() -> Select[Any]:
    """The incidents, newest first, each with job id and evidence from its ledger line."""
    table, entries = schema.incidents, schema.ledger
    of_the_line = [entries.c.body[name].as_string().label(name) for name in ("job_id", "kept")]
    joined = select(table, *of_the_line).join(entries, entries.c.seq == table.c.id)
    return joined.order_by(table.c.id.desc())


def signatures(connection: Connection, week_id: str | None = None) -> list[Signature]:
    """The signatures of a week (with None: of all weeks), oldest first."""
    table = schema.signatures
    query = select(table).order_by(table.c.id)
    if week_id is not None:
        query = query.where(table.c.week_id == week_id)
    return [rows.signature_of(row) for row in connection.execute(query)]


def closures(connection: Connection, signature_id: int | None = None) -> list[ConditionClosure]:
    """The closed conditions of one signature (with None: of all), oldest first."""
    table = schema.conditions_closed
    query = select(table).order_by(table.c.id)
    if signature_id is not None:
        query = query.where(table.c.signature_id == signature_id)
    return [rows.closure_of(row) for row in connection.execute(query)]


def decision_records(connection: Connection, week: Week) -> DecisionRecords:
    """The records that the decisions of a week are evaluated against."""
    lines = decision_lines(connection)
    return DecisionRecords(week, tuple(jobs(connection, week_id=week.id)), lines)


_OF_DECISIONS = (DecisionMade.kind, DecisionReproduced.kind, WeekCreated.kind)


def decision_lines(connection: Connection) -> tuple[DecisionLine, ...]:
    """Lines about decisions and weeks, each week's newest request, each decision's newest replay."""
    table = schema.ledger
    # What a request takes over, the week's newest takes over too; the others are the most lines.
    requests = (
        select(func.max(table.c.seq))
        .where(table.c.kind == JobRequested.kind)
        .group_by(table.c.week_id)
    )
    followed = (
        select(func.max(table.c.seq))
        .where(table.c.kind == DecisionFollowed.kind)
        .group_by(table.c.body["revalidation_sha256"].as_string())
    )
    wanted = table.c.kind.in_(_OF_DECISIONS) | table.c.seq.in_(requests) | table.c.seq.in_(followed)
    lines = connection.execute(
        select(table.c.kind, table.c.week_id, table.c.body).where(wanted).order_by(table.c.seq)
    )
    return tuple(DecisionLine(row.week_id, readable_body(row.kind, row.body)) for row in lines)


def decisions_made(connection: Connection) -> list[DecisionMade]:
    """Every revalidation's decision, oldest first."""
    table = schema.ledger
    query = select(table.c.body).where(table.c.kind == DecisionMade.kind).order_by(table.c.seq)
    found = (readable_body(DecisionMade.kind, body) for body in connection.scalars(query))
    return [body for body in found if isinstance(body, DecisionMade)]


def run_names(connection: Connection, week_id: str | None = None) -> list[tuple[str, str | None]]:
    """Every run with its week, the one with the newest job first."""
    table = schema.jobs
    newest = func.max(table.c.seq)
    query = (
        select(table.c.run, table.c.week_id)
        .where(table.c.kind == JobKind.TRAIN, table.c.run.is_not(None))
        .group_by(table.c.run)
        .order_by(newest.desc())
    )
    if week_id is not None:
        query = query.where(table.c.week_id == week_id)
    return [(row.run, row.week_id) for row in connection.execute(query)]


def jobs_of_runs(connection: Connection, runs: Collection[str]) -> list[Job]:
    """The training jobs of these runs, newest first."""
    table = schema.jobs
    of_them = (table.c.kind == JobKind.TRAIN) & table.c.run.in_(sorted(runs))
    query = select(table).where(of_them).order_by(table.c.seq.desc())
    return [rows.job_of(row) for row in connection.execute(query)]


def training_requests(
    connection: Connection, job_ids: Collection[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """The parameters of these training jobs: as requested, then after each restart, in order."""
    table = schema.ledger
    body = table.c.body
    of_training = (body["kind"].as_string() == JobKind.TRAIN.value) | (
        body["action"].as_string() == RestartRequested.action
    )
    weeks = select(schema.jobs.c.week_id).where(schema.jobs.c.id.in_(sorted(job_ids)))
    lines = connection.execute(
        select(table.c.kind, body)
        .where(
            table.c.kind == JobRequested.kind,
            table.c.week_id.in_(weeks) | table.c.week_id.is_(None),
            of_training,
            body["job_id"].as_string().in_(sorted(job_ids)),
        )
        .order_by(table.c.seq)
    )
    found: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        request = readable_body(line.kind, line.body)
        if isinstance(request, JobRequested | RestartRequested):
            found.setdefault(request.job_id, []).append(request.params)
    return found


def countersignatures(connection: Connection) -> list[Countersignature]:
    """The countersignatures of overrides, oldest first."""
    return countersigning(connection)[0]


def countersigning(
    connection: Connection,
) -> tuple[list[Countersignature], list[CountersignatureRequest]]:
    """The countersignatures of overrides and the requests for them, each oldest first."""
    table = schema.ledger
    kinds = (Countersigned.kind, CountersignRequested.kind)
    query = select(table).where(table.c.kind.in_(kinds)).order_by(table.c.seq)
    lines = connection.execute(query).all()
    made = (rows.countersignature_of(row) for row in lines)
    asked = (rows.countersignature_request_of(row) for row in lines)
    return [one for one in made if one is not None], [one for one in asked if one is not None]


def activity(connection: Connection, week_id: str | None, limit: int) -> list[LedgerEntry]:
    """The last ``limit`` ledger entries, newest first, without clock points."""
    table = schema.ledger
    query = select(table).where(table.c.kind != ClockSet.kind).order_by(table.c.seq.desc())
    if week_id is not None:
        query = query.where(table.c.week_id == week_id)
    return [rows.entry_of(row) for row in connection.execute(query.limit(limit))]
