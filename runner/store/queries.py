"""Queries that client and runner share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.clock import Clock
from core.ledger_bodies import SigningKeyCreated, readable_body
from core.vocabulary import ACTIVE_STATES, IncidentState, JobKind
from runner.store.rows import incident_of, point_of
from runner.store.schema import clock_points, incidents, jobs, ledger, weeks
from runner.store.week_history import found_weeks

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.engine import Connection, Row

    from core.week import Week
    from runner.incident_records import Incident


def clock_of(connection: Connection, week_id: str) -> Clock:
    """The clock of a week; without points week time is real time."""
    rows = connection.execute(
        select(clock_points).where(clock_points.c.week_id == week_id).order_by(clock_points.c.id)
    )
    return Clock(tuple(point_of(row) for row in rows))


def week_moment(connection: Connection, week_id: str | None, now: datetime) -> datetime:
    """Week time at a real time; real time without a week."""
    if week_id is None:
        return now.astimezone(UTC)
    last = connection.execute(
        select(clock_points)
        .where(clock_points.c.week_id == week_id)
        .order_by(clock_points.c.id.desc())
        .limit(1)
    ).first()
    # After its last point a clock needs only that point.
    if last is None or now >= last.real:
        return Clock(() if last is None else (point_of(last),)).to_week(now)
    return clock_of(connection, week_id).to_week(now)


def active_week(connection: Connection) -> Week | None:
    """The active week; None without one."""
    return next(iter(found_weeks(connection, select(weeks).where(weeks.c.active))), None)


def week_by_id(connection: Connection, week_id: str) -> Week | None:
    """A week; None if it does not exist."""
    return next(iter(found_weeks(connection, select(weeks).where(weeks.c.id == week_id))), None)


def weeks_by_id(connection: Connection, week_ids: Collection[str]) -> dict[str, Week]:
    """Those of the weeks that exist, by id."""
    found = found_weeks(connection, select(weeks).where(weeks.c.id.in_(sorted(week_ids))))
    return {week.id: week for week in found}


def active_job(connection: Connection, kind: JobKind | str | None) -> Row | None:
    """The oldest waiting or live job of a kind (of any kind with None)."""
    query = select(jobs).where(jobs.c.state.in_(ACTIVE_STATES)).order_by(jobs.c.seq)
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    return connection.execute(query).first()


def job_by_id(connection: Connection, job_id: str) -> Row | None:
    """A job; None if it does not exist."""
    return connection.execute(select(jobs).where(jobs.c.id == job_id)).first()


def signing_keys(connection: Connection) -> set[str]:
    """Every public key that signed in this data directory, as base64."""
    created = connection.execute(
        select(ledger.c.body).where(ledger.c.kind == SigningKeyCreated.kind)
    ).scalars()
    bodies = (readable_body(SigningKeyCreated.kind, raw) for raw in created)
    return {body.public_key for body in bodies if isinstance(body, SigningKeyCreated)}


def newest_job(
    connection: Connection, kind: JobKind | str, week_id: str | None, *, begun: bool = False
) -> Row | None:
    """The newest job of a kind.

    :param week_id: only of this week; None: of any.
    :param begun: skip jobs that were never started.
    """
    query = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.seq.desc()).limit(1)
    if begun:
        query = query.where(jobs.c.attempt > 0)
    if week_id is not None:
        query = query.where(jobs.c.week_id == week_id)
    return connection.execute(query).first()


def open_incidents(connection: Connection, week_id: str) -> list[Row]:
    """The open incidents of a week, oldest first."""
    return list(
        connection.execute(
            select(incidents)
            .where(incidents.c.week_id == week_id, incidents.c.state == IncidentState.OPEN)
            .order_by(incidents.c.id)
        )
    )


def blocking_incident(connection: Connection, week_id: str | None) -> Incident | None:
    """The oldest incident that blocks every start and resume; None if none does."""
    if week_id is None:
        return None
    known = (incident_of(row) for row in open_incidents(connection, week_id))
    return next((incident for incident in known if incident.is_blocking), None)
