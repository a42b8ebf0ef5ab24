"""Opening an incident in the runner's name."""

from __future__ import annotations

from core.week import Week
from runner.fence import FencedWrite
from runner.store import queries


def open_incident(
    write: FencedWrite, week: Week, procedure: str, summary: str, job_id: str, kept: str | None
) -> bool:
    """Open a procedure of the week's playbook; False if it has none, or it stands open.

    :param kept: where the evidence lies, relative to the home.
    """
    spec = next((e for e in week.playbook.escalations if e.id == procedure), None)
    known = queries.open_incidents(write.connection, week.id)
    if spec is None or any(incident.procedure == procedure for incident in known):
        return False
    body = {
        "action": "open",
        "procedure": procedure,
        "summary": summary,
        "blocks_start": spec.blocks_start,
        "kept": kept,
        "job_id": job_id,
    }
    write.append("incident", body, week.id)
    return True
