"""Opening of incidents, by a person or by the runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger_bodies import IncidentOpened
from runner.store import queries

if TYPE_CHECKING:
    from sqlalchemy import Row
    from sqlalchemy.engine import Connection

    from core.playbook import EscalationSpec
    from core.week import Week
    from runner.store.fenced_store import FencedWrite


def open_incident_of(connection: Connection, week_id: str, procedure: str) -> Row | None:
    """The open incident of this procedure; there is at most one."""
    known = queries.open_incidents(connection, week_id)
    return next((row for row in known if row.procedure == procedure), None)


def opening_body(spec: EscalationSpec, summary: str, kept: str | None) -> IncidentOpened:
    """The body of the ledger line.

    :param kept: path of the evidence, relative to the data directory.
    """
    return IncidentOpened(
        procedure=spec.id, summary=summary, blocks_start=spec.blocks_start, kept=kept
    )


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
    body = opening_body(spec, summary, kept).model_copy(update={"job_id": job_id})
    write.append(body, week.id)
    return True
