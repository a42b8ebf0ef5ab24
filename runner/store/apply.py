"""The effect of each kind of ledger line on the tables.

This is the only code that changes a table. A live write and a rebuild use the same
functions, so a rebuilt database is equal to the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, update

from core.language import Message
from core.ledger_bodies import (
    AlertAcknowledged,
    AlertsSilenced,
    AttemptColumns,
    AttemptStarted,
    Body,
    BodyPart,
    ClockSet,
    ConditionClosed,
    DecisionSigned,
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
    JobChanged,
    JobColumns,
    JobRequested,
    NoteWritten,
    PlaybookTaken,
    RestartRequested,
    RunnerEnded,
    RunnerStarted,
    SilenceEnded,
    StartRequeued,
    StopRequested,
    Ticked,
    WeekArchived,
    WeekCreated,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
    parse_body,
)
from core.timestamps import parse_moment
from core.vocabulary import IncidentState, JobState
from runner.store import alerts, items, schema, weeks

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Connection

Fields = Mapping[str, Any]


def apply(connection: Connection, fields: Fields, end: int, proved: bool) -> None:
    """Apply one line to the tables.

    :param end: byte offset of its end in the file.
    :param proved: whether it proves that a signed-in person acted; the tables say no more.
    :raises IntegrityError: a newer version wrote it, and this one can't interpret it.
    """
    connection.execute(
        insert(schema.ledger).values(
            seq=fields["seq"],
            kind=fields["kind"],
            body=fields["body"],
            week_id=fields["week_id"],
            key=fields["key"],
            sha256=fields["sha256"],
            end=end,
            proof=fields.get("proof"),
            proved=proved,
            **_who(fields),
        )
    )
    change_tables(connection, fields, proved)


def change_tables(connection: Connection, fields: Fields, proved: bool) -> None:
    """What one line changes in the tables that are derived from the ledger.

    :raises IntegrityError: a newer version wrote it, and this one can't interpret it.
    """
    body = parse_body(fields["kind"], fields["body"], fields["seq"])
    fields = {**fields, "verified": proved}
    action = _ACTIONS.get(type(body))
    if action is not None:  # a line that changes no other table, such as a decision, is only stored
        action(connection, fields, body)


def _who(fields: Fields) -> dict[str, Any]:
    return {
        "by": fields["by"],
        "role": fields["role"],
        "verified": fields["verified"],
        "at": parse_moment(fields["at"]),
        "at_week": parse_moment(fields["at_week"]),
    }


def _insert(connection: Connection, table: Table, fields: Fields, values: Fields) -> None:
    """Insert a row for a line, with its author and times."""
    connection.execute(
        insert(table).values(id=fields["seq"], week_id=fields["week_id"], **values, **_who(fields))
    )


def _request_job(connection: Connection, fields: Fields, body: JobRequested) -> None:
    connection.execute(
        insert(schema.jobs).values(
            id=body.job_id,
            kind=body.job_kind,
            week_id=fields["week_id"],
            state=JobState.QUEUED,
            reason="",
            params=body.params,
            run=body.run,
            requested_by=fields["by"],
            requested_at=parse_moment(fields["at"]),
            requested_at_week=parse_moment(fields["at_week"]),
            attempt=0,
            spawns_lost=0,
            seq=fields["seq"],
        )
    )


def _request_stop(connection: Connection, fields: Fields, body: StopRequested) -> None:
    jobs = schema.jobs
    connection.execute(
        update(jobs)
        .where(jobs.c.id == body.job_id)
        .values(stop_requested_by=fields["by"], stop_requested_at=parse_moment(fields["at"]))
    )


def _request_restart(connection: Connection, fields: Fields, body: RestartRequested) -> None:
    """Parameters for the next attempts; a live attempt is requested to stop for them."""
    jobs = schema.jobs
    restart = {**body.restart, "at": fields["at"]}
    values: dict[str, Any] = {"params": {**body.params, "restart": restart}, "not_before": None}
    values |= {
        "stop_requested_by": fields["by"] if body.stop else None,
        "stop_requested_at": parse_moment(fields["at"]) if body.stop else None,
    }
    connection.execute(update(jobs).where(jobs.c.id == body.job_id).values(**values))


def _start_attempt(connection: Connection, fields: Fields, body: AttemptStarted) -> None:
    _change_columns(connection, body.job_id, body.job)
    _remove_attempt(connection, body.job_id, body.number)
    connection.execute(
        insert(schema.attempts).values(
            job_id=body.job_id, number=body.number, reason="", **_columns(body.attempt)
        )
    )


def _requeue(connection: Connection, fields: Fields, body: StartRequeued) -> None:
    _change_columns(connection, body.job_id, body.job)
    _remove_attempt(connection, body.job_id, body.number)


def _change_job(connection: Connection, fields: Fields, body: JobChanged) -> None:
    _change_columns(connection, body.job_id, body.job)
    if body.number is not None and body.attempt is not None:
        attempts = schema.attempts
        mine = (attempts.c.job_id == body.job_id) & (attempts.c.number == body.number)
        connection.execute(update(attempts).where(mine).values(**_columns(body.attempt)))


def _change_columns(connection: Connection, job_id: str, columns: JobColumns) -> None:
    jobs = schema.jobs
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(**_columns(columns)))


def _remove_attempt(connection: Connection, job_id: str, number: int) -> None:
    attempts = schema.attempts
    mine = (attempts.c.job_id == job_id) & (attempts.c.number == number)
    connection.execute(delete(attempts).where(mine))


def _columns(columns: JobColumns | AttemptColumns) -> dict[str, Any]:
    values = _plain(columns)
    if "mark" in values:
        values["attempt_id"] = values.pop("mark")
    # Older lines have a text without a record: the record of the previous text must not remain.
    return {"reason_message": None, **values} if "reason" in values else values


def _plain(body: BodyPart) -> dict[str, Any]:
    """The fields that were set, with messages as text and record, as the tables store them."""
    return {
        name: str(value) if isinstance(value, Message) else value
        for name, value in body.given().items()
    }


def _tick(connection: Connection, fields: Fields, body: Ticked) -> None:
    ticks = schema.ticks
    if body.replaces is not None:
        connection.execute(
            update(ticks).where(ticks.c.id == body.replaces).values(replaced_by=fields["seq"])
        )
    values = _plain(body)
    del values["replaces"]
    _insert(connection, ticks, fields, values)


def _note(connection: Connection, fields: Fields, body: NoteWritten) -> None:
    _insert(connection, schema.notes, fields, body.given())


def _open_incident(connection: Connection, fields: Fields, body: IncidentOpened) -> None:
    values: dict[str, Any] = {
        "procedure": body.procedure,
        "state": IncidentState.OPEN,
        "summary": str(body.summary),
        "summary_message": body.summary_message,
        "blocks_start": body.blocks_start,
        "actions_done": items.done_at_opening(fields, body),
    }
    _insert(connection, schema.incidents, fields, values)


def _close_incident(connection: Connection, fields: Fields, body: IncidentClosed) -> None:
    items.skip_the_open(connection, fields, body)
    incidents = schema.incidents
    connection.execute(
        update(incidents)
        .where(incidents.c.id == body.id)
        .values(
            state=IncidentState.CLOSED,
            closed_by=fields["by"],
            closed_at=parse_moment(fields["at"]),
            close_reason=body.reason,
        )
    )


def _sign(connection: Connection, fields: Fields, body: DecisionSigned) -> None:
    _insert(connection, schema.signatures, fields, body.given())


def _close_condition(connection: Connection, fields: Fields, body: ConditionClosed) -> None:
    _insert(connection, schema.conditions_closed, fields, body.given())


def _start_runner(connection: Connection, fields: Fields, body: RunnerStarted) -> None:
    connection.execute(
        insert(schema.runners).values(**body.given(), since=parse_moment(fields["at"]))
    )


def _end_runner(connection: Connection, fields: Fields, body: RunnerEnded) -> None:
    runners = schema.runners
    connection.execute(
        update(runners)
        .where(runners.c.epoch == body.epoch)
        .values(ended_at=parse_moment(fields["at"]))
    )


_ACTIONS: dict[type[Body], Callable[[Connection, Fields, Any], None]] = {
    WeekCreated: weeks.create,
    WeekUsed: weeks.use,
    WeekMended: weeks.mend,
    WeekArchived: weeks.archive,
    WeekUnarchived: weeks.unarchive,
    PlaybookTaken: weeks.take_playbook,
    ClockSet: weeks.set_clock,
    JobRequested: _request_job,
    StopRequested: _request_stop,
    RestartRequested: _request_restart,
    AttemptStarted: _start_attempt,
    StartRequeued: _requeue,
    JobChanged: _change_job,
    Ticked: _tick,
    NoteWritten: _note,
    IncidentOpened: _open_incident,
    IncidentActionDone: items.do,
    IncidentActionSkipped: items.skip,
    IncidentClosed: _close_incident,
    DecisionSigned: _sign,
    ConditionClosed: _close_condition,
    AlertsSilenced: alerts.silence,
    SilenceEnded: alerts.end_silence,
    AlertAcknowledged: alerts.acknowledge,
    RunnerStarted: _start_runner,
    RunnerEnded: _end_runner,
}
