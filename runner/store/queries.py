"""Queries that client and runner share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from core.clock import Clock
from core.ledger_bodies import SigningKeyCreated, readable_body
from core.path_names import safe_name
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


def weeks_by_id(
    connection: Connection, week_ids: Collection[str], *, served: bool = False
) -> dict[str, Week]:
    """Those of the weeks that exist, by id.

    :param served: with those in progress, whatever their ids.
    """
    served_too = (weeks.c.active, weeks.c.beside) if served else ()
    found = found_weeks(
        connection, select(weeks).where(or_(weeks.c.id.in_(sorted(week_ids)), *served_too))
    )
    return {week.id: week for week in found}


def active_job(
    connection: Connection, kind: JobKind | str | None, week_id: str | None = None
) -> Row | None:
    """The oldest waiting or live job of a kind (of any kind with None).

    :param week_id: only of this week; None: of any.
    """
    query = select(jobs).where(jobs.c.state.in_(ACTIVE_STATES)).order_by(jobs.c.seq)
    if kind is not None:
        query = query.where(jobs.c.kind == kind)
    if week_id is not None:
        query = query.where(jobs.c.week_id == week_id)
    return connection.execute(query).first()


def weeks_in_progress(connection: Connection) -> list[Week]:
    """The weeks that the runner serves, the active one first."""
    query = select(weeks).where(weeks.c.active | weeks.c.beside)
    return found_weeks(connection, query.order_by(weeks.c.active.desc(), weeks.c.launch))


def week_in_place(connection: Connection, place: str | None) -> Week | None:
    """The week in progress whose runs are in a place; None: there is none."""
    of_place = weeks.c.place.is_(None) if place is None else weeks.c.place == place
    query = select(weeks).where(weeks.c.active | weeks.c.beside, of_place)
    return next(iter(found_weeks(connection, query)), None)


def place_for(connection: Connection, symbol: str) -> str | None:
    """Where the runs of a new week of this symbol go; None: to the manual's paths.

    These belong to the symbol of the first week that has them.
    """
    query = select(weeks.c.symbol).where(weeks.c.place.is_(None), weeks.c.symbol != "")
    first = connection.scalar(query.order_by(weeks.c.created_at, weeks.c.id).limit(1))
    if not symbol or first is None or symbol == first:
        return None
    return safe_name(symbol, "symbol")


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
