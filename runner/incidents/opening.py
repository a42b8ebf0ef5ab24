"""Opening of incidents, by a person or by the runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message
from core.ledger_bodies import ActionProof, IncidentOpened
from core.vocabulary import JobKind
from runner.store import queries

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from core.playbook import EscalationSpec
    from core.week import Week
    from runner.store.fenced_store import FencedWrite

_COPIES = ("backup_log", "backup_model")  # made when the incident opens; see evidence_files


def open_incident_of(connection: Connection, week_id: str, procedure: str) -> Row | None:
    """The open incident of this procedure; there is at most one."""
    known = queries.open_incidents(connection, week_id)
    return next((row for row in known if row.procedure == procedure), None)


def opening_body(
    connection: Connection, week: Week, spec: EscalationSpec, summary: str, kept: str | None
) -> IncidentOpened:
    """The body of the ledger line, with the actions that the runner has done already.

    :param kept: path of the evidence, relative to the data directory.
    """
    body = IncidentOpened(
        procedure=spec.id, summary=summary, blocks_start=spec.blocks_start, kept=kept
    )
    idle = week.watched is None and queries.active_job(connection, JobKind.TRAIN, week.id) is None
    done = [
        ActionProof(index=index, proof=proof)
        for index, step in enumerate(spec.actions)
        if (proof := _proof(spec, step.act, kept, idle=idle)) is not None
    ]
    return body.model_copy(update={"done": done}) if done else body


def _proof(
    spec: EscalationSpec, act: str | None, kept: str | None, *, idle: bool
) -> Message | None:
    """What proves that an action is done; None: a person does it."""
    if act in _COPIES and kept is not None:
        return Message("Copied to {file} when the incident was opened.", file=kept)
    if act == "block_start" and spec.blocks_start:
        return Message("Start and automatic restarts are blocked until the incident is closed.")
    if act == "stop" and spec.blocks_start and idle:
        return Message("No training run was in progress when the incident was opened.")
    return None


def open_incident(
    write: FencedWrite, week: Week, procedure: str, summary: str, job_id: str, kept: str | None
) -> bool:
    """Open it in the runner's name.

    :param kept: path of the evidence, relative to the data directory.
    :returns: False if the playbook has no such procedure, or it is already open.
    """
    spec = week.playbook.find_escalation(procedure)
    if spec is None or open_incident_of(write.connection, week.id, procedure) is not None:
        return False
    body = opening_body(write.connection, week, spec, summary, kept)
    write.append(body.model_copy(update={"job_id": job_id}), week.id)
    return True
