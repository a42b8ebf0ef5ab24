"""Opening an incident: what a person's and the runner's have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row
from sqlalchemy.engine import Connection

from core.playbook import EscalationSpec
from core.week import Week
from runner.store import queries
from runner.store.fence import FencedWrite


def procedure_of(week: Week, procedure: str) -> EscalationSpec | None:
    """The procedure of the week's playbook, if it has it."""
    return next((spec for spec in week.playbook.escalations if spec.id == procedure), None)


def standing(connection: Connection, week_id: str, procedure: str) -> Row | None:
    """The incident of this procedure that stands open; there is one at most."""
    known = queries.open_incidents(connection, week_id)
    return next((row for row in known if row.procedure == procedure), None)


def opening(spec: EscalationSpec, summary: str, kept: str | None) -> dict[str, Any]:
    """The ledger line's body.

    :param kept: where the evidence lies, relative to the home.
    """
    return {
        "action": "open",
        "procedure": spec.id,
        "summary": summary,
        "blocks_start": spec.blocks_start,
        "kept": kept,
    }


def open_incident(
    write: FencedWrite, week: Week, procedure: str, summary: str, job_id: str, kept: str | None
) -> bool:
    """Open it in the runner's name; False if the playbook has none, or it stands open.

    :param kept: where the evidence lies, relative to the home.
    """
    spec = procedure_of(week, procedure)
    if spec is None or standing(write.connection, week.id, procedure) is not None:
        return False
    write.append("incident", opening(spec, summary, kept) | {"job_id": job_id}, week.id)
    return True
