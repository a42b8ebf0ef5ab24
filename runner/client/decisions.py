"""What people do with a decision: sign it, stand by an override, close a condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.people import Person
from core.vocabulary import Right, SignatureAct
from core.week import Week
from runner.client.base import BaseClient
from runner.client.signatures.rules import (
    countersigned,
    newest_decision,
    refusal,
    sealed_statement,
    signable,
    untested,
)
from runner.client.ticks import too_long
from runner.outcomes import Conflict, Recorded, Refused
from runner.records import Closing, LedgerEntry, Signature
from runner.store import queries, rows, schema

if TYPE_CHECKING:
    from core.decision import SavedDecision


class Decisions(BaseClient):
    """Signatures and their conditions. Each is one line of the ledger."""

    def sign(
        self,
        week_id: str,
        revalidation_sha256: str,
        act: SignatureAct,
        reason: str = "",
        conditions: Sequence[Mapping[str, str]] = (),
        second: Person | None = None,
        key: str | None = None,
    ) -> Recorded[Signature] | Refused:
        """Approve, approve with conditions, or reject the decision with this hash.

        It binds to the newest revalidation: if there is a newer one than the person
        saw, nothing is signed. What is signed is sealed with the home's key; model and
        data are kept beside it.

        :param second: approving a NO-GO is an override and takes a second person, who
            has the right to countersign.
        :raises SetupError: the home's key can't be used, or the evidence can't be kept.
        """
        if denied := self._denied(Right.SIGN) or too_long(reason):
            return denied
        act = SignatureAct(act)
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key)
            if entry is None:
                found = self._signable(connection, week_id, revalidation_sha256)
                if isinstance(found, Refused):
                    return found
                week, saved = found
                if second is not None:
                    second = countersigned(connection, revalidation_sha256, second)
                if refused := refusal(saved, act, reason, conditions, self.person, second):
                    return refused
                body = {
                    "revalidation_sha256": revalidation_sha256,
                    "act": act.value,
                    "reason": reason,
                    "conditions": [dict(condition) for condition in conditions],
                    "second": second.name if second else None,
                    "second_verified": second.verified if second else None,
                }
                now = self.now()
                at_week = queries.week_moment(connection, week_id, now)
                sealed = sealed_statement(
                    connection, self.home, week, saved, self.person, body, now, at_week
                )
                public = sealed["statement"]["public_key"]
                if public not in queries.signing_keys(connection):
                    made = {"action": "create", "public_key": public}
                    self._append(transaction, "key", made, week_id)
                body["sealed"] = sealed
                entry = transaction.append(
                    "signature",
                    body,
                    by=self.person,
                    at=now,
                    at_week=at_week,
                    week_id=week_id,
                    key=key,
                )
            table = schema.signatures
            row = connection.execute(select(table).where(table.c.id == entry.seq)).one()
            return Recorded(rows.signature_of(row))

    def countersign(
        self, week_id: str, revalidation_sha256: str, reason: str, key: str | None = None
    ) -> Recorded[LedgerEntry] | Refused:
        """Stand by an override of this NO-GO as its second person, before the CTO signs it."""
        if denied := self._denied(Right.COUNTERSIGN) or too_long(reason):
            return denied
        if not reason.strip():
            return Refused("An override needs its reason.", "Say why you stand by it.")
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key)
            if entry is None:
                found = self._signable(connection, week_id, revalidation_sha256)
                if isinstance(found, Refused):
                    return found
                body = {"revalidation_sha256": revalidation_sha256, "reason": reason}
                entry = self._append(transaction, "countersign", body, week_id, key)
            return Recorded(entry)

    def unsignable(self, week_id: str, revalidation_sha256: str) -> Refused | None:
        """Why nobody can sign the newest decision now: what was tested is not what lies there.

        None for one that is not the newest: signing says so.
        """
        with self.store.read() as connection:
            week = queries.week_by_id(connection, week_id)
            newest = newest_decision(connection, self.home, week_id)
            if week is None or newest is None or isinstance(newest, Refused):
                return newest
            if newest.sha256 != revalidation_sha256:
                return None
            return untested(connection, self.home, week, newest)

    def _signable(
        self, connection: Connection, week_id: str, revalidation_sha256: str
    ) -> tuple[Week, SavedDecision] | Refused:
        """The week and its archived decision, if that may still be signed."""
        week = queries.week_by_id(connection, week_id)
        if week is None:
            return Refused(f"There is no week {week_id}.")
        saved = signable(connection, self.home, week, revalidation_sha256)
        return saved if isinstance(saved, Refused) else (week, saved)

    def close_condition(
        self, signature_id: int, number: int, note: str, key: str | None = None
    ) -> Recorded[Closing] | Conflict[Closing] | Refused:
        """Say that a condition is met, and by what one sees it.

        :param number: its place in the signature's list, from 0.
        """
        if denied := self._denied(Right.RECORD) or too_long(note):
            return denied
        if not note.strip():
            return Refused("A condition is closed with a note.", "Say by what one sees it is met.")
        signatures, closed = schema.signatures, schema.conditions_closed
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key)
            if entry is None:
                row = connection.execute(
                    select(signatures).where(signatures.c.id == signature_id)
                ).first()
                if row is None:
                    return Refused(
                        f"There is no signature {signature_id}.",
                        "List them: trainweek decision show",
                    )
                if not 0 <= number < len(row.conditions):
                    return _no_condition(signature_id, number, len(row.conditions))
                standing = connection.execute(
                    select(closed).where(
                        closed.c.signature_id == signature_id, closed.c.number == number
                    )
                ).first()
                if standing is not None:
                    there = rows.closing_of(standing)
                    return Conflict(there, f"{there.by} closed it already: {there.note}")
                body = {
                    "action": "close",
                    "signature_id": signature_id,
                    "number": number,
                    "note": note,
                }
                entry = self._append(transaction, "condition", body, row.week_id, key)
            row = connection.execute(select(closed).where(closed.c.id == entry.seq)).one()
            return Recorded(rows.closing_of(row))


def _no_condition(signature_id: int, number: int, count: int) -> Refused:
    return Refused(
        f"Signature {signature_id} has no condition {number + 1}.",
        f"It has {count}; give a number from 1 to {count}."
        if count
        else "It was signed without conditions; there is nothing to close.",
    )
