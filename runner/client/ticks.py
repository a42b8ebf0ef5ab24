"""What people put down: ticks and notes."""

from __future__ import annotations

from sqlalchemy import select

from core.vocabulary import Right, Verdict
from runner.client.base import BaseClient
from runner.outcomes import Conflict, Recorded, Refused
from runner.records import Note, Tick
from runner.store import Transaction, queries, rows, schema

MOST_TEXT = 10_000  # characters of a note or a reason


class Ticks(BaseClient):
    """Ticks and notes."""

    def tick(
        self,
        week_id: str,
        slot: str,
        check: str,
        note: str = "",
        verdict_seen: Verdict = Verdict.UNKNOWN,
        value_seen: str = "",
        replaces: int | None = None,
        key: str | None = None,
    ) -> Recorded[Tick] | Conflict[Tick] | Refused:
        """Confirm a check, with the verdict and value that the person saw.

        :param replaces: the id of the tick that the person saw there and means to
            replace. If another one stands there meanwhile it is a conflict, and
            nothing is overwritten.
        """
        if denied := self._denied(Right.RECORD) or too_long(note):
            return denied
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key):
                return Recorded(_tick(transaction, entry.seq))
            week = queries.week_by_id(connection, week_id)
            if week is None:
                return Refused(f"There is no week {week_id}.", "List them: trainweek week list")
            known = {spec.id: spec.checks for spec in week.playbook.schedule}
            if check not in known.get(slot, ()):
                return Refused(f"The playbook has no check {check!r} in slot {slot!r}.")
            table = schema.ticks
            standing = connection.execute(
                select(table).where(
                    table.c.week_id == week_id,
                    table.c.slot == slot,
                    table.c.check == check,
                    table.c.replaced_by.is_(None),
                )
            ).first()
            if standing is not None and standing.id != replaces:
                there = rows.tick_of(standing)
                return Conflict(there, f"{there.by} ticked it at {there.at:%H:%M:%S} UTC.")
            body = {
                "slot": slot,
                "check": check,
                "note": note,
                "verdict_seen": Verdict(verdict_seen).value,
                "value_seen": str(value_seen),
                "replaces": standing.id if standing is not None else None,
            }
            entry = self._append(transaction, "tick", body, week_id, key)
            return Recorded(_tick(transaction, entry.seq))

    def note(
        self, week_id: str, slot: str, text: str, key: str | None = None
    ) -> Recorded[Note] | Refused:
        """Write a note beside a slot; notes are never changed."""
        if denied := self._denied(Right.RECORD) or too_long(text):
            return denied
        if not text.strip():
            return Refused("The note is empty.", "Write something.")
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key)
            if entry is None:
                if queries.week_by_id(connection, week_id) is None:
                    return Refused(f"There is no week {week_id}.")
                body = {"slot": slot, "text": text}
                entry = self._append(transaction, "note", body, week_id, key)
            table = schema.notes
            row = connection.execute(select(table).where(table.c.id == entry.seq)).one()
            return Recorded(rows.note_of(row))


def _tick(transaction: Transaction, seq: int) -> Tick:
    table = schema.ticks
    return rows.tick_of(
        transaction.connection.execute(select(table).where(table.c.id == seq)).one()
    )


def too_long(text: str) -> Refused | None:
    if len(text) <= MOST_TEXT:
        return None
    return Refused(f"The text has {len(text)} characters.", f"Keep it below {MOST_TEXT}.")
