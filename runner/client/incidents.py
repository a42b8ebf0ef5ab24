"""Incidents: opened escalations with the manual's action list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.language import Message, joined, literal
from core.ledger_bodies import (
    IncidentActionDone,
    IncidentActionSkipped,
    IncidentClosed,
    IncidentOpened,
)
from core.text_rules import is_blank
from core.vocabulary import IncidentState, ItemState, Right
from runner.client.base import BaseClient, no_week, refused_text
from runner.incidents.evidence_files import copy_evidence, write_issue_line
from runner.incidents.opening import open_incident_of, opening_body
from runner.outcomes import Conflict, Recorded, Refused
from runner.store import Transaction, queries, record_queries

if TYPE_CHECKING:
    from core.playbook.text import Step
    from core.week import Week
    from runner.incident_records import Incident, IncidentItem


class Incidents(BaseClient):
    """Opens incidents, marks their actions as done or skipped, closes them."""

    def open_incident(
        self, week_id: str, procedure: str, summary: str, key: str | None = None
    ) -> Recorded[Incident] | Conflict[Incident] | Refused:
        """Open a procedure of the playbook: crash, performance or data.

        Crash and data copy their evidence at once, as the manual requires: the log, or the
        best model from before the bad data. Writes the procedure's line to training.log.
        """
        if denied := self._denied(Right.RECORD) or refused_text(summary):
            return denied
        if is_blank(summary):
            return Refused(
                Message("The incident has no summary."), Message("Summarize it in one sentence.")
            )
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, IncidentOpened):
                return Recorded(_incident(transaction, entry.seq))
            if refused := self._elsewhere(connection):
                return refused
            week = queries.week_by_id(connection, week_id)
            if week is None:
                return no_week(week_id)
            spec = week.playbook.find_escalation(procedure)
            if spec is None:
                return Refused(
                    Message("The playbook has no procedure {procedure!r}.", procedure=procedure)
                )
            if (row := open_incident_of(connection, week_id, procedure)) is not None:
                existing = _incident(transaction, row.id)
                return Conflict(
                    existing,
                    Message(
                        "{by} opened it at {time:%Y-%m-%d %H:%M:%S} UTC.",
                        by=existing.opened_by,
                        time=existing.opened_at,
                    ),
                )
            home = self._files(week)
            kept, missing = copy_evidence(home, procedure)
            text = joined([literal(summary), missing]) if missing else summary
            body = opening_body(connection, week, spec, text, kept)
            entry = self._append(transaction, body, week_id, key)
            made = _incident(transaction, entry.seq)
        write_issue_line(home, spec, made.opened_at)
        return Recorded(made)

    def do_incident_action(
        self, incident_id: int, index: int, note: str = ""
    ) -> Recorded[Incident] | Refused:
        """Mark an action of the procedure as done; one that is done stays as it is recorded.

        :param index: its place in the procedure's list, from 0.
        """
        if denied := self._denied(Right.RECORD) or refused_text(note):
            return denied
        with self.store.write() as transaction:
            found = self._item(transaction, incident_id, index)
            if isinstance(found, Refused):
                return found
            if index not in found.actions_done:
                done = sorted({*found.actions_done, index})
                body = IncidentActionDone(id=incident_id, index=index, actions_done=done)
                if not is_blank(note):
                    body = body.model_copy(update={"note": note})
                self._append(transaction, body, found.week_id)
            return Recorded(_incident(transaction, incident_id))

    def skip_incident_action(
        self, incident_id: int, index: int, reason: str
    ) -> Recorded[Incident] | Conflict[Incident] | Refused:
        """Skip an open action of the procedure, with a reason.

        A request that is repeated, by the same person with the same reason, is answered like
        the first. One that is skipped can still be marked as done, not the other way round.

        :param index: its place in the procedure's list, from 0.
        """
        if denied := self._denied(Right.RECORD) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("Skipping an action requires a reason."),
                Message("Say why it is not needed."),
            )
        with self.store.write() as transaction:
            found = self._item(transaction, incident_id, index)
            if isinstance(found, Refused):
                return found
            known = found.items.get(index)
            if known is None:
                body = IncidentActionSkipped(id=incident_id, index=index, reason=reason)
                self._append(transaction, body, found.week_id)
            elif (known.state, known.by, known.note) != (
                ItemState.SKIPPED,
                self.person.name,
                reason,
            ):
                return Conflict(found, _answered(known))
            return Recorded(_incident(transaction, incident_id))

    def _item(self, transaction: Transaction, incident_id: int, index: int) -> Incident | Refused:
        """The open incident whose procedure has such an action."""
        found = self._open(transaction, incident_id)
        if isinstance(found, Refused):
            return found
        week = queries.week_by_id(transaction.connection, found.week_id)
        actions = week.playbook.escalation(found.procedure).actions if week else ()
        if not 0 <= index < len(actions):
            return Refused(
                Message("The procedure has no action {number}.", number=index + 1),
                Message("Give a number from 1 to {count}.", count=len(actions)),
            )
        return found

    def close_incident(self, incident_id: int, reason: str) -> Recorded[Incident] | Refused:
        """Close an incident; starts are allowed again if no other incident blocks them.

        One that blocks every start is closed by the lead or the CTO alone.

        Actions that are still open are skipped with the closing's reason, in the closer's name;
        the ledger names them. A request that is repeated, by the same person with the same
        reason, is answered like the first.
        """
        with self.store.read() as connection:
            asked = record_queries.incident(connection, incident_id)
        blocking = asked is not None and asked.state is IncidentState.OPEN and asked.blocks_start
        right = Right.CLOSE if blocking else Right.RECORD
        if denied := self._denied(right) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("Closing an incident requires a reason."), Message("Enter the root cause.")
            )
        with self.store.write() as transaction:
            before = record_queries.incident(transaction.connection, incident_id)
            if before and (before.closed_by, before.close_reason) == (self.person.name, reason):
                return Recorded(before)
            found = self._open(transaction, incident_id)
            if isinstance(found, Refused):
                return found
            week = queries.week_by_id(transaction.connection, found.week_id)
            body = IncidentClosed(id=incident_id, reason=reason)
            if week is not None and (undone := open_actions(week, found)):
                in_english = [step.in_("en") for step in undone.values()]
                skipped = {"actions_undone": in_english, "skipped": [*undone]}
                body = body.model_copy(update=skipped)
            self._append(transaction, body, found.week_id)
            return Recorded(_incident(transaction, incident_id))

    @staticmethod
    def _open(transaction: Transaction, incident_id: int) -> Incident | Refused:
        found = record_queries.incident(transaction.connection, incident_id)
        if found is None:
            return Refused(Message("There is no incident {number}.", number=incident_id))
        if found.state is not IncidentState.OPEN:
            return closed_already(found)
        return found


def closed_already(found: Incident) -> Refused:
    """The refusal of an act on an incident that is closed."""
    return Refused(
        Message(
            "{by} has already closed it: {reason}", by=found.closed_by, reason=found.close_reason
        )
    )


def _incident(transaction: Transaction, incident_id: int) -> Incident:
    """One that was written in this transaction or before."""
    found = record_queries.incident(transaction.connection, incident_id)
    assert found is not None
    return found


def open_actions(week: Week, incident: Incident) -> dict[int, Step]:
    """The actions that are neither done nor skipped: place in the procedure's list to step."""
    spec = week.playbook_at(incident.opened_at_week).find_escalation(incident.procedure)
    steps = () if spec is None else spec.actions
    return {index: step for index, step in enumerate(steps) if index not in incident.items}


def _answered(item: IncidentItem) -> Message:
    if item.state is ItemState.DONE:
        return Message("{by} has already marked the action as done.", by=item.by)
    return Message("{by} has already skipped the action: {reason}", by=item.by, reason=item.note)
