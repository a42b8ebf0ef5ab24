"""Ticks and notes of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from core.errors import PlaybookError
from core.language import Message
from core.ledger_bodies import NoteWritten, Ticked, TickWithdrawn
from core.ledger_bodies.checks import place_of_step, step_of
from core.text_rules import is_blank
from core.vocabulary import Right, Verdict
from runner.client.base import BaseClient, no_week, refused_text
from runner.outcomes import Conflict, Recorded, Refused
from runner.store import Transaction, queries, rows, schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.playbook.slots import SlotSpec
    from core.week import Week
    from runner.records import Note, Tick
    from runner.tick_records import Withdrawal


class Ticks(BaseClient):
    """Writes ticks and notes."""

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

        :param value_seen: a message stays readable in each language.
        :param replaces: id of the tick that the person saw and wants to replace. If it was
            replaced or withdrawn in the meantime, the result is a conflict and nothing is done.
        """
        if denied := self._denied(Right.RECORD) or refused_text(note):
            return denied
        with self.store.write() as transaction:
            connection = transaction.connection
            if entry := self._keyed(connection, key, Ticked):
                return Recorded(_tick(transaction, entry.seq))
            if refused := self._elsewhere(connection):
                return refused
            week = queries.week_by_id(connection, week_id)
            if week is None:
                return no_week(week_id)
            if check not in _checks_of(week, slot):
                return Refused(
                    Message(
                        "The playbook has no check {check!r} in slot {slot!r}.",
                        check=check,
                        slot=slot,
                    )
                )
            table = schema.ticks
            current = connection.execute(
                select(table).where(
                    table.c.week_id == week_id,
                    table.c.slot == slot,
                    table.c.check == check,
                    table.c.replaced_by.is_(None),
                )
            ).first()
            if current is not None and current.id != replaces:
                existing = rows.tick_of(current)
                return Conflict(
                    existing,
                    Message(
                        "{by} ticked it at {time} UTC.",
                        by=existing.by,
                        time=f"{existing.at:%H:%M:%S}",
                    ),
                )
            if current is None and replaces is not None:
                row = connection.execute(
                    select(table).where(
                        table.c.id == replaces,
                        table.c.week_id == week_id,
                        table.c.slot == slot,
                        table.c.check == check,
                    )
                ).first()
                if row is None:
                    return _no_tick(replaces)
                return _gone(connection, rows.tick_of(row), row.replaced_by)
            body = Ticked(
                slot=slot,
                check=check,
                note=note,
                verdict_seen=Verdict(verdict_seen),
                value_seen=value_seen,
                replaces=current.id if current is not None else None,
            )
            entry = self._append(transaction, body, week_id, key)
            return Recorded(_tick(transaction, entry.seq))

    def withdraw_tick(
        self, tick_id: int, reason: str, key: str | None = None
    ) -> Recorded[Withdrawal] | Conflict[Tick] | Refused:
        """Take a tick back, with a reason: its check is open again, and the ledger keeps both.

        If the tick was replaced in the meantime, the result is a conflict and nothing is done.
        """
        if denied := self._denied(Right.RECORD) or refused_text(reason):
            return denied
        if is_blank(reason):
            return Refused(
                Message("The reason is empty."), Message("Say why the tick is taken back.")
            )
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key, TickWithdrawn)
            if entry is None:
                if refused := self._elsewhere(connection):
                    return refused
                table = schema.ticks
                row = connection.execute(select(table).where(table.c.id == tick_id)).first()
                if row is None:
                    return _no_tick(tick_id)
                if row.replaced_by is not None:
                    return _gone(connection, rows.tick_of(row), row.replaced_by)
                body = TickWithdrawn(
                    tick=tick_id, slot=row.slot, check=row.check, reason=reason.strip()
                )
                entry = self._append(transaction, body, row.week_id, key)
            table = schema.ledger
            line = connection.execute(select(table).where(table.c.seq == entry.seq)).one()
            return Recorded(rows.withdrawal_of(line))

    def note(
        self, week_id: str, slot: str, text: str, key: str | None = None
    ) -> Recorded[Note] | Refused:
        """Add a note to a slot, or to a step's place; notes are never changed."""
        if denied := self._denied(Right.RECORD) or refused_text(text):
            return denied
        if is_blank(text):
            return Refused(Message("The note is empty."), Message("Enter a text."))
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key, NoteWritten)
            if entry is None:
                week = queries.week_by_id(connection, week_id)
                if week is None:
                    return no_week(week_id)
                if step_of(slot) is None and not _has_slot(week, slot):
                    return Refused(
                        Message("Week {week} has no slot {slot}.", week=week_id, slot=slot),
                        Message("It has: {slots}.", slots=", ".join(s.id for s in week.slots())),
                    )
                body = NoteWritten(slot=slot, text=text)
                entry = self._append(transaction, body, week_id, key)
            table = schema.notes
            row = connection.execute(select(table).where(table.c.id == entry.seq)).one()
            return Recorded(rows.note_of(row))

    def note_at_step(
        self, week_id: str, step: int, text: str, key: str | None = None
    ) -> Recorded[Note] | Refused:
        """Add a note to a step of the week's run; it is shown on each of its curves."""
        if step < 0:
            return Refused(
                Message("There is no step {step}.", step=step), Message("Enter 0 or more.")
            )
        return self.note(week_id, place_of_step(step), text, key)


def _no_tick(tick_id: int) -> Refused:
    return Refused(Message("There is no tick {tick}.", tick=tick_id))


def _gone(connection: Connection, tick: Tick, by_line: int) -> Conflict[Tick]:
    """The conflict of a tick that counts no longer."""
    table = schema.ledger
    line = connection.execute(select(table).where(table.c.seq == by_line)).one()
    return Conflict(
        tick,
        Message(
            "{by} replaced or withdrew it at {time} UTC.", by=line.by, time=f"{line.at:%H:%M:%S}"
        ),
    )


def _checks_of(week: Week, slot: str) -> set[str]:
    return {check for spec in _slots_of(week, slot) for check in spec.checks}


def _has_slot(week: Week, slot: str) -> bool:
    """Whether a note may be for it; a playbook that can't be read any more refuses none."""
    try:
        return bool(_slots_of(week, slot))
    except PlaybookError:
        return True


def _slots_of(week: Week, slot: str) -> list[SlotSpec]:
    """A slot by each playbook of the week that has it: one is judged under an earlier one."""
    playbooks = (week.playbook, *(one.playbook for one in week.earlier))
    return [spec for playbook in playbooks for spec in playbook.schedule if spec.id == slot]


def _tick(transaction: Transaction, seq: int) -> Tick:
    table = schema.ticks
    return rows.tick_of(
        transaction.connection.execute(select(table).where(table.c.id == seq)).one()
    )
