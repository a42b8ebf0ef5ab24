"""The effect of each kind of ledger line on the tables.

This is the only code that changes a table. A live write and a rebuild use the same
functions, so a rebuilt database is equal to the original.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.language import Message
from core.ledger_bodies import (
    AlertAcknowledged,
    AlertMarked,
    AlertRuleChanged,
    AlertRuleMade,
    AlertRuleRetired,
    AlertsSilenced,
    AttemptColumns,
    AttemptStarted,
    Body,
    BodyPart,
    ClockSet,
    ConditionClosed,
    DecisionSigned,
    HandoverAccepted,
    HandoverSigned,
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
    JobChanged,
    JobColumns,
    JobRequested,
    MachineGone,
    NoteWritten,
    PlaybookTaken,
    RestartRequested,
    RunnerEnded,
    RunnerStarted,
    ShiftRemoved,
    ShiftSet,
    ShiftTaken,
    SilenceEnded,
    StartRequeued,
    StopRequested,
    SweepResumed,
    SweepStarted,
    SweepStopped,
    Ticked,
    TickWithdrawn,
    TrialScored,
    WeekArchived,
    WeekBegun,
    WeekClosed,
    WeekCreated,
    WeekMended,
    WeekUnarchived,
    WeekUsed,
    parse_body,
)
from core.timestamps import iso, parse_moment
from core.vocabulary import IncidentState, JobKind, JobState
from runner.store import (
    alert_rules,
    alerts,
    handovers,
    items,
    runners,
    schema,
    shifts,
    sweeps,
    weeks,
)

if TYPE_CHECKING:
    from sqlalchemy import Table

    from runner.store.row_writer import RowWriter

Fields = Mapping[str, Any]


def apply(rows: RowWriter, fields: Fields, end: int, proved: bool) -> None:
    """Apply one line to the tables.

    :param end: byte offset of its end in the file.
    :param proved: whether it proves that a signed-in person acted; the tables say no more.
    :raises IntegrityError: a newer version wrote it, and this one can't interpret it.
    """
    body = parse_body(fields["kind"], fields["body"], fields["seq"])
    moments = {"at": parse_moment(fields["at"]), "at_week": parse_moment(fields["at_week"])}
    rows.insert(
        schema.ledger,
        {
            "seq": fields["seq"],
            "kind": fields["kind"],
            "body": fields["body"],
            "week_id": fields["week_id"],
            "key": fields["key"],
            "sha256": fields["sha256"],
            "end": end,
            "proof": fields.get("proof"),
            "proved": proved,
            "by": fields["by"],
            "role": fields["role"],
            "verified": fields["verified"],
            **moments,
        },
    )
    action = _ACTIONS.get(type(body))
    if action is not None:  # a line that changes no other table, such as a decision, is only stored
        action(rows, {**fields, **moments, "verified": proved}, body)


def _who(fields: Fields) -> dict[str, Any]:
    return {name: fields[name] for name in ("by", "role", "verified", "at", "at_week")}


def _insert(rows: RowWriter, table: Table, fields: Fields, values: Fields) -> None:
    """Insert a row for a line, with its author and times."""
    rows.insert(
        table, {"id": fields["seq"], "week_id": fields["week_id"], **values, **_who(fields)}
    )


def _given_to(table: Table) -> Callable[[RowWriter, Fields, Body], None]:
    """Inserts a line's fields as they are."""
    return lambda rows, fields, body: _insert(rows, table, fields, body.given())


def _request_job(rows: RowWriter, fields: Fields, body: JobRequested) -> None:
    rows.insert(
        schema.jobs,
        {
            "id": body.job_id,
            "kind": body.job_kind,
            "week_id": fields["week_id"],
            "state": JobState.QUEUED,
            "reason": "",
            "params": body.params,
            "run": body.run,
            "requested_by": fields["by"],
            "requested_at": fields["at"],
            "requested_at_week": fields["at_week"],
            "attempt": 0,
            "spawns_lost": 0,
            "seq": fields["seq"],
        },
    )
    if body.job_kind is JobKind.TRIAL:
        sweeps.request_trial(rows, body)


def _request_stop(rows: RowWriter, fields: Fields, body: StopRequested) -> None:
    stop = {"stop_requested_by": fields["by"], "stop_requested_at": fields["at"]}
    rows.update(schema.jobs, {"id": body.job_id}, stop)


def _request_restart(rows: RowWriter, fields: Fields, body: RestartRequested) -> None:
    """Parameters for the next attempts; a live attempt is requested to stop for them."""
    restart = {**body.restart, "at": iso(fields["at"])}
    values: dict[str, Any] = {"params": {**body.params, "restart": restart}, "not_before": None}
    values |= {
        "stop_requested_by": fields["by"] if body.stop else None,
        "stop_requested_at": fields["at"] if body.stop else None,
    }
    rows.update(schema.jobs, {"id": body.job_id}, values)


def _start_attempt(rows: RowWriter, fields: Fields, body: AttemptStarted) -> None:
    _change_columns(rows, body.job_id, body.job)
    _remove_attempt(rows, body.job_id, body.number)
    begun = {"job_id": body.job_id, "number": body.number, "reason": "", **_columns(body.attempt)}
    rows.insert(schema.attempts, begun)


def _requeue(rows: RowWriter, fields: Fields, body: StartRequeued) -> None:
    _change_columns(rows, body.job_id, body.job)
    _remove_attempt(rows, body.job_id, body.number)


def _change_job(rows: RowWriter, fields: Fields, body: JobChanged) -> None:
    _change_columns(rows, body.job_id, body.job)
    if body.number is not None and body.attempt is not None:
        mine = {"job_id": body.job_id, "number": body.number}
        rows.update(schema.attempts, mine, _columns(body.attempt))


def _change_columns(rows: RowWriter, job_id: str, columns: JobColumns) -> None:
    rows.update(schema.jobs, {"id": job_id}, _columns(columns))


def _remove_attempt(rows: RowWriter, job_id: str, number: int) -> None:
    rows.delete(schema.attempts, {"job_id": job_id, "number": number})


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


def _tick(rows: RowWriter, fields: Fields, body: Ticked) -> None:
    if body.replaces is not None:
        rows.update(schema.ticks, {"id": body.replaces}, {"replaced_by": fields["seq"]})
    values = _plain(body)
    del values["replaces"]
    _insert(rows, schema.ticks, fields, values)


def _withdraw_tick(rows: RowWriter, fields: Fields, body: TickWithdrawn) -> None:
    rows.update(schema.ticks, {"id": body.tick}, {"replaced_by": fields["seq"]})


def _open_incident(rows: RowWriter, fields: Fields, body: IncidentOpened) -> None:
    values: dict[str, Any] = {
        "procedure": body.procedure,
        "state": IncidentState.OPEN,
        "summary": str(body.summary),
        "summary_message": body.summary_message,
        "blocks_start": body.blocks_start,
        "actions_done": items.done_at_opening(fields, body),
    }
    _insert(rows, schema.incidents, fields, values)


def _close_incident(rows: RowWriter, fields: Fields, body: IncidentClosed) -> None:
    items.skip_the_open(rows, fields, body)
    closed = {
        "state": IncidentState.CLOSED,
        "closed_by": fields["by"],
        "closed_at": fields["at"],
        "close_reason": body.reason,
    }
    rows.update(schema.incidents, {"id": body.id}, closed)


_ACTIONS: dict[type[Body], Callable[[RowWriter, Fields, Any], None]] = {
    WeekCreated: weeks.create,
    WeekUsed: weeks.use,
    WeekBegun: weeks.begin,
    WeekClosed: weeks.close,
    WeekMended: weeks.mend,
    WeekArchived: weeks.archive,
    WeekUnarchived: weeks.unarchive,
    PlaybookTaken: weeks.take_playbook,
    ClockSet: weeks.set_clock,
    JobRequested: _request_job,
    StopRequested: _request_stop,
    RestartRequested: _request_restart,
    MachineGone: runners.machine_gone,
    AttemptStarted: _start_attempt,
    StartRequeued: _requeue,
    JobChanged: _change_job,
    Ticked: _tick,
    TickWithdrawn: _withdraw_tick,
    NoteWritten: _given_to(schema.notes),
    IncidentOpened: _open_incident,
    IncidentActionDone: items.do,
    IncidentActionSkipped: items.skip,
    IncidentClosed: _close_incident,
    DecisionSigned: _given_to(schema.signatures),
    ConditionClosed: _given_to(schema.conditions_closed),
    AlertsSilenced: alerts.silence,
    SilenceEnded: alerts.end_silence,
    AlertAcknowledged: alerts.acknowledge,
    ShiftSet: shifts.begin,
    ShiftTaken: shifts.take,
    ShiftRemoved: shifts.remove,
    HandoverSigned: handovers.sign,
    HandoverAccepted: handovers.accept,
    AlertMarked: alerts.mark,
    AlertRuleMade: alert_rules.make,
    AlertRuleChanged: alert_rules.change,
    AlertRuleRetired: alert_rules.retire,
    SweepStarted: sweeps.start,
    SweepStopped: sweeps.stop,
    SweepResumed: sweeps.resume,
    TrialScored: lambda rows, _, body: sweeps.score(rows, body),
    RunnerStarted: runners.start,
    RunnerEnded: runners.end,
}

APPLIED_KINDS = frozenset(body.kind for body in _ACTIONS)
"""The kinds of lines that change a table other than the ledger's own."""
