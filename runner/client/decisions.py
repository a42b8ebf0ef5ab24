"""Signing a decision, countersigning an override, closing a condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from core.language import Message
from core.ledger_bodies import (
    ConditionClosed,
    Countersigned,
    CountersignRequested,
    DecisionSigned,
    SigningKeyCreated,
)
from core.text_rules import is_blank
from core.vocabulary import Right, SignatureAct
from runner.client.base import BaseClient, no_week, refused_text, used_otherwise
from runner.client.signatures.rules import (
    countersignature_by,
    refusal,
    signable,
    unanswerable,
)
from runner.client.signatures.statement import sealed_statement
from runner.client.signatures.status import newest_signature
from runner.outcomes import Conflict, Recorded, Refused
from runner.store import queries, record_queries, rows, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy.engine import Connection

    from core.decision import SavedDecision
    from core.people import Person
    from runner.records import (
        ConditionClosure,
        Countersignature,
        CountersignatureRequest,
        DecisionRecords,
        Signature,
    )

Line = TypeVar("Line", "Countersignature", "CountersignatureRequest")
Override = TypeVar("Override", Countersigned, CountersignRequested)


class Decisions(BaseClient):
    """Writes signatures and closes conditions. Each is one line of the ledger."""

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

        Only the newest revalidation can be signed: if there is a newer one than the person
        saw, nothing is signed. The signed statement is sealed with the key of the data
        directory; model and data are copied.

        :param second: approving a NO-GO is an override and requires a second person, who
            has countersigned this decision, in another browser than the signer's.
        :raises SetupError: the key can't be used, or the evidence can't be copied.
        """
        if denied := self._denied(Right.SIGN) or refused_text(reason):
            return denied
        act = SignatureAct(act)
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key, DecisionSigned)
            if entry is None:
                found = self._signable(connection, week_id, revalidation_sha256)
                if isinstance(found, Refused):
                    return found
                records, saved = found
                signed = newest_signature(connection, revalidation_sha256)
                support = countersignature_by(connection, revalidation_sha256, second, signed)
                if refused := refusal(saved, act, reason, conditions, self.person, second, support):
                    return refused
                body = DecisionSigned(
                    revalidation_sha256=revalidation_sha256,
                    act=act,
                    reason=reason,
                    conditions=[dict(condition) for condition in conditions],
                    second=support.by if support else None,
                    second_verified=support.verified if support else None,
                )
                now = self.now()
                at_week = queries.week_moment(connection, week_id, now)
                sealed = sealed_statement(
                    self.home, records, saved, self.person, body, now, at_week
                )
                public = sealed["statement"]["public_key"]
                if public not in queries.signing_keys(connection):
                    self._append(transaction, SigningKeyCreated(public_key=public), week_id)
                entry = transaction.append(
                    body.model_copy(update={"sealed": sealed}),
                    by=self.person,
                    at=now,
                    at_week=at_week,
                    week_id=week_id,
                    key=key,
                )
            table = schema.signatures
            row = connection.execute(select(table).where(table.c.id == entry.seq)).one()
            return Recorded(rows.signature_of(row))

    def request_countersignature(
        self, week_id: str, revalidation_sha256: str, reason: str, key: str | None = None
    ) -> Recorded[CountersignatureRequest] | Refused:
        """Ask a second person to support the override of this NO-GO, before it is signed."""
        return self._of_override(
            week_id,
            self._here(
                CountersignRequested(revalidation_sha256=revalidation_sha256, reason=reason)
            ),
            Right.SIGN,
            Message("Enter why the NO-GO should be approved."),
            lambda connection: record_queries.countersigning(connection)[1],
            key,
        )

    def countersign(
        self, week_id: str, revalidation_sha256: str, reason: str, key: str | None = None
    ) -> Recorded[Countersignature] | Refused:
        """Support an override of this NO-GO that the CTO asks for, before it is signed.

        Refused in a browser in which it was asked for, and under the name of who asked.
        """
        return self._of_override(
            week_id,
            self._here(Countersigned(revalidation_sha256=revalidation_sha256, reason=reason)),
            Right.COUNTERSIGN,
            Message("Enter why you support it."),
            record_queries.countersignatures,
            key,
        )

    def _here(self, body: Override) -> Override:
        """The same line, with the browser that it is made in; a terminal has none."""
        if self.person.browser is None:
            return body
        return body.model_copy(update={"browser": self.person.browser})

    def _of_override(
        self,
        week_id: str,
        body: Countersigned | CountersignRequested,
        right: Right,
        remedy: Message,
        every: Callable[[Connection], list[Line]],
        key: str | None,
    ) -> Recorded[Line] | Refused:
        """Append the line, and read it back among all of its kind."""
        if denied := self._denied(right) or refused_text(body.reason):
            return denied
        if is_blank(body.reason):
            return Refused(Message("An override requires a reason."), remedy)
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key, type(body))
            if entry is None:
                found = self._signable(connection, week_id, body.revalidation_sha256)
                if isinstance(found, Refused):
                    return found
                signed = newest_signature(connection, body.revalidation_sha256)
                if isinstance(body, Countersigned) and (
                    refused := unanswerable(
                        connection, body.revalidation_sha256, signed, self.person
                    )
                ):
                    return refused
                entry = self._append(transaction, body, week_id, key)
            made = next((one for one in every(connection) if one.id == entry.seq), None)
            if made is None:
                raise used_otherwise(entry)
            return Recorded(made)

    def _signable(
        self, connection: Connection, week_id: str, revalidation_sha256: str
    ) -> tuple[DecisionRecords, SavedDecision] | Refused:
        """The week's records and its archived decision, if it can be signed, and here."""
        if refused := self._elsewhere(connection):
            return refused
        week = queries.week_by_id(connection, week_id)
        if week is None:
            return no_week(week_id)
        records = record_queries.decision_records(connection, week)
        saved = signable(self.home, records, revalidation_sha256)
        return saved if isinstance(saved, Refused) else (records, saved)

    def close_condition(
        self, signature_id: int, number: int, note: str, key: str | None = None
    ) -> Recorded[ConditionClosure] | Conflict[ConditionClosure] | Refused:
        """Record that a condition is met, with the evidence.

        :param note: the evidence.
        :param number: its place in the signature's list, from 0.
        """
        if denied := self._denied(Right.CLOSE) or refused_text(note):
            return denied
        if is_blank(note):
            return Refused(
                Message("Closing a condition requires a note."),
                Message("Enter the evidence that it is met."),
            )
        signatures, closed = schema.signatures, schema.conditions_closed
        with self.store.write() as transaction:
            connection = transaction.connection
            entry = self._keyed(connection, key, ConditionClosed)
            if entry is None:
                row = connection.execute(
                    select(signatures).where(signatures.c.id == signature_id)
                ).first()
                if row is None:
                    return Refused(
                        Message("There is no signature {number}.", number=signature_id),
                        Message("List them: trainweek decision show"),
                    )
                if not 0 <= number < len(row.conditions):
                    return _no_condition(signature_id, number, len(row.conditions))
                known = connection.execute(
                    select(closed).where(
                        closed.c.signature_id == signature_id, closed.c.number == number
                    )
                ).first()
                if known is not None:
                    existing = rows.closure_of(known)
                    return Conflict(
                        existing,
                        Message(
                            "{by} has already closed it: {reason}",
                            by=existing.by,
                            reason=existing.note,
                        ),
                    )
                body = ConditionClosed(signature_id=signature_id, number=number, note=note)
                entry = self._append(transaction, body, row.week_id, key)
            row = connection.execute(select(closed).where(closed.c.id == entry.seq)).one()
            return Recorded(rows.closure_of(row))


def _no_condition(signature_id: int, number: int, count: int) -> Refused:
    return Refused(
        Message(
            "Signature {signature} has no condition {number}.",
            signature=signature_id,
            number=number + 1,
        ),
        Message("Give a number from 1 to {count}.", count=count)
        if count
        else Message("It was signed without conditions."),
    )
