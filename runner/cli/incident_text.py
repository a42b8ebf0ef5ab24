"""An incident as text and as JSON, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.language import Message, joined, literal
from core.vocabulary import ItemState
from runner.cli.speech import language, tell
from runner.client.incidents import open_actions

if TYPE_CHECKING:
    from core.week import Week
    from runner.incident_records import Incident

_MARKS = {ItemState.OPEN: "[ ]", ItemState.DONE: "[x]", ItemState.SKIPPED: "[-]"}


def print_incident(week: Week, incident: Incident) -> None:
    """Its head, and its actions with who did or skipped them."""
    head = joined([str(incident.id), incident.procedure, incident.state.value], "  ")
    when = Message("as of {at:%Y-%m-%d %H:%M} UTC:", at=incident.opened_at)
    tell(joined([head, joined([when, incident.summary])], "  "))
    if incident.acknowledged_by is not None:
        tell(
            Message(
                "  acknowledged by {by} at {at:%Y-%m-%d %H:%M} UTC",
                by=incident.acknowledged_by,
                at=incident.acknowledged_at,
            )
        )
    spec = week.playbook_at(incident.opened_at_week).find_escalation(incident.procedure)
    for index, step in enumerate(spec.actions if spec else ()):
        done = incident.items.get(index)
        mark = _MARKS[done.state if done else ItemState.OPEN]
        line = joined([f"  {mark} {index + 1}.", literal(step.in_(language()))])
        if done:
            by = (
                Message("({by}: {note})", by=done.by, note=done.note)
                if done.note
                else f"({done.by})"
            )
            line = joined([line, by])
        tell(line)
    if incident.closed_by is not None:
        tell(
            Message(
                "  closed by {by}: {reason}", by=incident.closed_by, reason=incident.close_reason
            )
        )


def as_dict(week: Week, incident: Incident) -> dict[str, Any]:
    """Plain JSON."""
    spec = week.playbook_at(incident.opened_at_week).find_escalation(incident.procedure)
    still = open_actions(week, incident)
    actions = []
    for index, step in enumerate(spec.actions if spec else ()):
        done = incident.items.get(index)
        state = ItemState.OPEN if index in still or done is None else done.state
        known = {} if done is None else {"by": done.by, "at": done.at, "note": done.note}
        actions.append({"number": index + 1, "action": step.en, "state": state, **known})
    return {
        "id": incident.id,
        "procedure": incident.procedure,
        "state": incident.state,
        "summary": incident.summary,
        "opened_by": incident.opened_by,
        "opened_at": incident.opened_at,
        "blocks_start": incident.blocks_start,
        "acknowledged_by": incident.acknowledged_by,
        "acknowledged_at": incident.acknowledged_at,
        "evidence": incident.kept,
        "closed_by": incident.closed_by,
        "close_reason": incident.close_reason,
        "actions": actions,
    }
