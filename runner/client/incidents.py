"""Incidents: opened escalations with the manual's action list."""

from __future__ import annotations

from sqlalchemy import select

from core.playbook.text import Step
from core.vocabulary import IncidentState, Right
from core.week import Week
from runner.client.base import BaseClient
from runner.incidents.evidence_files import protect, write_issue_line
from runner.incidents.opening import opening, procedure_of, standing
from runner.outcomes import Conflict, Recorded, Refused
from runner.records import Incident
from runner.store import Transaction, queries, rows, schema


class Incidents(BaseClient):
    """Opening, working through and closing incidents."""

    def open_incident(
        self, week_id: str, procedure: str, summary: str, key: str | None = None
    ) -> Recorded[Incident] | Conflict[Incident] | Refused:
        """Open a procedure of the playbook: crash, performance or data.

        Crash and data keep their evidence at once, as the manual asks: the log, or the
        best model from before the bad data.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        if not summary.strip():
            return Refused("The incident has no summary.", "Say in one sentence what was seen.")
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key):
                return Recorded(_incident(transaction, entry.seq))
            week = queries.week_by_id(connection, week_id)
            if week is None:
                return Refused(f"There is no week {week_id}.")
            spec = procedure_of(week, procedure)
            if spec is None:
                return Refused(f"The playbook has no procedure {procedure!r}.")
            if (row := standing(connection, week_id, procedure)) is not None:
                there = rows.incident_of(row)
                return Conflict(there, f"{there.opened_by} opened it at {there.opened_at}.")
            kept, lack = protect(self.home, procedure)
            body = opening(spec, f"{summary}{lack}", kept)
            entry = self._append(transaction, "incident", body, week_id, key)
            made = _incident(transaction, entry.seq)
        write_issue_line(self.home, spec, made.opened_at)
        return Recorded(made)

    def do_incident_action(self, incident_id: int, index: int) -> Recorded[Incident] | Refused:
        """Mark an action of the procedure as done, by its place in the list from 0."""
        if denied := self._denied(Right.RECORD):
            return denied
        with self.store.write() as transaction:
            found = self._open(transaction, incident_id)
            if isinstance(found, Refused):
                return found
            week = queries.week_by_id(transaction.connection, found.week_id)
            actions = week.playbook.escalation(found.procedure).actions if week else ()
            if not 0 <= index < len(actions):
                return Refused(f"The procedure has no action {index}.")
            if index not in found.actions_done:
                done = sorted({*found.actions_done, index})
                body = {"action": "do", "id": incident_id, "index": index, "actions_done": done}
                self._append(transaction, "incident", body, found.week_id)
            return Recorded(_incident(transaction, incident_id))

    def close_incident(self, incident_id: int, reason: str) -> Recorded[Incident] | Refused:
        """Close an incident; starts are free again if no other one blocks them.

        Actions that nobody marked as done don't hold it open; the ledger names them.
        """
        if denied := self._denied(Right.RECORD):
            return denied
        if not reason.strip():
            return Refused("An incident is closed with a reason.", "Say what was found.")
        with self.store.write() as transaction:
            found = self._open(transaction, incident_id)
            if isinstance(found, Refused):
                return found
            week = queries.week_by_id(transaction.connection, found.week_id)
            body = {"action": "close", "id": incident_id, "reason": reason}
            if week is not None and (undone := undone_actions(week, found)):
                body["actions_undone"] = [step.in_("en") for step in undone]
            self._append(transaction, "incident", body, found.week_id)
            return Recorded(_incident(transaction, incident_id))

    @staticmethod
    def _open(transaction: Transaction, incident_id: int) -> Incident | Refused:
        table = schema.incidents
        row = transaction.connection.execute(select(table).where(table.c.id == incident_id)).first()
        if row is None:
            return Refused(f"There is no incident {incident_id}.")
        if row.state != IncidentState.OPEN:
            return Refused(f"{row.closed_by} closed it already: {row.close_reason}")
        return rows.incident_of(row)


def _incident(transaction: Transaction, incident_id: int) -> Incident:
    table = schema.incidents
    return rows.incident_of(
        transaction.connection.execute(select(table).where(table.c.id == incident_id)).one()
    )


def undone_actions(week: Week, incident: Incident) -> list[Step]:
    """What of the procedure nobody has marked as done, in the manual's order."""
    spec = procedure_of(week, incident.procedure)
    steps = () if spec is None else spec.actions
    return [step for index, step in enumerate(steps) if index not in incident.actions_done]
