"""The effect of each kind of ledger line on the tables.

This is the only code that changes a table. A live write and a rebuild use the same
functions, so a rebuilt database is equal to the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, update

from core.timestamps import parse_moment
from core.vocabulary import IncidentState, JobState
from runner.store import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

Fields = Mapping[str, Any]

# Fields of a ``job`` line that are times; the others are stored unchanged.
_MOMENTS = ("started_at", "ended_at", "not_before")
_RENAMED = {"mark": "attempt_id"}  # as older versions wrote it


def apply(connection: Connection, fields: Fields, end: int) -> None:
    """Apply one line to the tables.

    :param end: byte offset of its end in the file.
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
            **_who(fields),
        )
    )
    body = fields["body"]
    action = _ACTIONS.get((fields["kind"], body.get("action")))
    if (
        action is not None
    ):  # a line without an effect on other tables, such as a decision, is only stored
        action(connection, fields, body)


def _who(fields: Fields) -> dict[str, Any]:
    return {
        "by": fields["by"],
        "role": fields["role"],
        "verified": fields["verified"],
        "at": parse_moment(fields["at"]),
        "at_week": parse_moment(fields["at_week"]),
    }


def _create_week(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(update(schema.weeks).values(active=False))
    values = {name: value for name, value in body.items() if name != "action"}
    values |= {"launch": parse_moment(body["launch"]), "created_at": parse_moment(fields["at"])}
    connection.execute(insert(schema.weeks).values(**values, active=True))


def _use_week(connection: Connection, fields: Fields, body: Fields) -> None:
    weeks = schema.weeks
    connection.execute(update(weeks).values(active=False))
    connection.execute(update(weeks).where(weeks.c.id == body["id"]).values(active=True))


def _clock_point(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.clock_points).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            real=parse_moment(body["real"]),
            week=parse_moment(body["week"]),
            pace=body["pace"],
        )
    )


def _submit(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.jobs).values(
            id=body["job_id"],
            kind=body["kind"],
            week_id=fields["week_id"],
            state=JobState.QUEUED,
            reason="",
            params=body["params"],
            run=body["run"],
            requested_by=fields["by"],
            requested_at=parse_moment(fields["at"]),
            requested_at_week=parse_moment(fields["at_week"]),
            attempt=0,
            spawns_lost=0,
            seq=fields["seq"],
        )
    )


def _ask_stop(connection: Connection, fields: Fields, body: Fields) -> None:
    jobs = schema.jobs
    connection.execute(
        update(jobs)
        .where(jobs.c.id == body["job_id"])
        .values(stop_requested_by=fields["by"], stop_requested_at=parse_moment(fields["at"]))
    )


def _ask_restart(connection: Connection, fields: Fields, body: Fields) -> None:
    """Parameters for the next attempts; a live attempt is requested to stop for them."""
    jobs = schema.jobs
    restart = {**body["restart"], "at": fields["at"]}
    values: dict[str, Any] = {"params": {**body["params"], "restart": restart}, "not_before": None}
    values |= {
        "stop_requested_by": fields["by"] if body["stop"] else None,
        "stop_requested_at": parse_moment(fields["at"]) if body["stop"] else None,
    }
    connection.execute(update(jobs).where(jobs.c.id == body["job_id"]).values(**values))


def _change_job(connection: Connection, fields: Fields, body: Fields) -> None:
    """``body["job"]`` and ``body["attempt"]`` hold the columns that change."""
    jobs, attempts = schema.jobs, schema.attempts
    connection.execute(
        update(jobs).where(jobs.c.id == body["job_id"]).values(**_columns(body["job"]))
    )
    number = body.get("number")
    if number is None:
        return
    mine = (attempts.c.job_id == body["job_id"]) & (attempts.c.number == number)
    if body["action"] == "start":
        connection.execute(delete(attempts).where(mine))
        columns = _columns(body["attempt"])
        connection.execute(
            insert(attempts).values(job_id=body["job_id"], number=number, reason="", **columns)
        )
    elif body["action"] == "requeue":
        connection.execute(delete(attempts).where(mine))
    else:
        connection.execute(update(attempts).where(mine).values(**_columns(body["attempt"])))


def _columns(values: Fields) -> dict[str, Any]:
    # A text without a record, as older lines have it, must not keep the record of the one before.
    values = {"reason_message": None, **values} if "reason" in values else values
    return {
        _RENAMED.get(name, name): (
            parse_moment(value) if name in _MOMENTS and value is not None else value
        )
        for name, value in values.items()
    }


def _tick(connection: Connection, fields: Fields, body: Fields) -> None:
    ticks = schema.ticks
    if body["replaces"] is not None:
        connection.execute(
            update(ticks).where(ticks.c.id == body["replaces"]).values(replaced_by=fields["seq"])
        )
    values = {name: value for name, value in body.items() if name != "replaces"}
    connection.execute(
        insert(ticks).values(id=fields["seq"], week_id=fields["week_id"], **values, **_who(fields))
    )


def _note(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.notes).values(
            id=fields["seq"], week_id=fields["week_id"], **body, **_who(fields)
        )
    )


def _open_incident(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.incidents).values(
            id=fields["seq"],
            week_id=fields["week_id"],
            procedure=body["procedure"],
            state=IncidentState.OPEN,
            summary=body["summary"],
            summary_message=body.get("summary_message"),
            blocks_start=body["blocks_start"],
            actions_done=[],
            **_who(fields),
        )
    )


def _do_incident_action(connection: Connection, fields: Fields, body: Fields) -> None:
    incidents = schema.incidents
    mine = incidents.c.id == body["id"]
    connection.execute(update(incidents).where(mine).values(actions_done=body["actions_done"]))


def _close_incident(connection: Connection, fields: Fields, body: Fields) -> None:
    incidents = schema.incidents
    connection.execute(
        update(incidents)
        .where(incidents.c.id == body["id"])
        .values(
            state=IncidentState.CLOSED,
            closed_by=fields["by"],
            closed_at=parse_moment(fields["at"]),
            close_reason=body["reason"],
        )
    )


def _sign(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.signatures).values(
            id=fields["seq"], week_id=fields["week_id"], **body, **_who(fields)
        )
    )


def _close_condition(connection: Connection, fields: Fields, body: Fields) -> None:
    values = {name: value for name, value in body.items() if name != "action"}
    connection.execute(
        insert(schema.conditions_closed).values(
            id=fields["seq"], week_id=fields["week_id"], **values, **_who(fields)
        )
    )


def _start_runner(connection: Connection, fields: Fields, body: Fields) -> None:
    connection.execute(
        insert(schema.runners).values(
            epoch=body["epoch"],
            host=body["host"],
            pid=body["pid"],
            since=parse_moment(fields["at"]),
        )
    )


def _end_runner(connection: Connection, fields: Fields, body: Fields) -> None:
    runners = schema.runners
    connection.execute(
        update(runners)
        .where(runners.c.epoch == body["epoch"])
        .values(ended_at=parse_moment(fields["at"]))
    )


_ACTIONS: dict[tuple[str, str | None], Callable[[Connection, Fields, Fields], None]] = {
    ("week", "create"): _create_week,
    ("week", "use"): _use_week,
    ("clock", None): _clock_point,
    ("request", "submit"): _submit,
    ("request", "stop"): _ask_stop,
    ("request", "restart"): _ask_restart,
    ("job", "start"): _change_job,
    ("job", "requeue"): _change_job,
    ("job", "change"): _change_job,
    ("tick", None): _tick,
    ("note", None): _note,
    ("incident", "open"): _open_incident,
    ("incident", "do"): _do_incident_action,
    ("incident", "close"): _close_incident,
    ("signature", None): _sign,
    ("condition", "close"): _close_condition,
    ("runner", "start"): _start_runner,
    ("runner", "end"): _end_runner,
}
