"""Whether signatures are valid, and the state of their conditions."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from core.errors import InputError, IntegrityError
from core.language import Message
from core.timestamps import iso
from core.vocabulary import SignatureState
from runner.client.base import BaseClient
from runner.client.recipes import manifest_for, playbook_for
from runner.records import Condition, ConditionClosure, Signature
from runner.store import queries, record_queries, rows, schema

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from sqlalchemy.engine import Connection

    from core.decision import SavedDecision
    from core.decision.validity import Validity
    from core.week import Week
    from runner.client.signatures.archived_decisions import ArchivedDecision
    from runner.outcomes import Refused
    from runner.records import DecisionLine


class _DecidedOn(NamedTuple):
    """What the store has of all decisions."""

    signatures: list[Signature]  # oldest first
    closures: list[ConditionClosure]
    weeks: dict[str, Week]  # of the signatures
    lines: tuple[DecisionLine, ...]
    keys: set[str]


class Signatures(BaseClient):
    """Reads signatures. Validity is never stored: it follows from the files and the time."""

    _kept_decided: tuple[str, _DecidedOn] | None = None

    def validity(self, signature: Signature | None) -> Validity:
        """The validity of a signature now; UNSIGNED for None."""
        with self.store.read() as connection:
            return self.validity_now(connection, signature)

    def signature_of(self, sha256: str) -> Signature | None:
        """The newest signature of a decision."""
        with self.store.read() as connection:
            return newest_signature(connection, sha256)

    def conditions(self, week_id: str | None = None) -> list[Condition]:
        """The conditions of every signed decision (of a week), from its newest signature; oldest first.

        A later decision cancels none of them: each is tracked until a person closes it.
        """
        with self.store.read() as connection:
            signatures = record_queries.signatures(connection, week_id)
            return tracked(signatures, record_queries.closures(connection))

    def newest_decision(self, week_id: str) -> SavedDecision | Refused | None:
        """The week's newest saved revalidation, which can be signed."""
        from runner.client.signatures.rules import newest_decision

        with self.store.read() as connection:
            week = queries.week_by_id(connection, week_id)
            records = None if week is None else record_queries.decision_records(connection, week)
        return None if records is None else newest_decision(self.home, records)

    def archived_decisions(self, weeks: Collection[str] | None = None) -> list[ArchivedDecision]:
        """All archived revalidations, oldest first, altered ones included.

        :param weeks: only those of these weeks, without altered ones; None: of all.
        """
        from runner.client.signatures.archived_decisions import archived_decisions, by_decision

        every, closures, known, lines, keys = self._decided_on()

        def validity_now(signature: Signature | None) -> Validity:
            from runner.client.signatures.validity import validity_among, validity_then

            week = None if signature is None else known.get(signature.week_id)
            judge = validity_among if self.moment is None else validity_then
            return judge(self.home, signature, week, keys, lines, self.now())

        return archived_decisions(
            self.home,
            by_decision(every),
            validity_now,
            partial(conditions_from, closures=closures),
            until=self.moment,
            weeks=weeks,
        )

    def _decided_on(self) -> _DecidedOn:
        """What the store has of all decisions, read again only after a write."""
        with self.store.read() as connection:
            head = record_queries.head(connection)
            if (kept := self._kept_decided) is not None and kept[0] == head:
                return kept[1]
            every = record_queries.signatures(connection)
            found = _DecidedOn(
                every,
                record_queries.closures(connection),
                queries.weeks_by_id(connection, {one.week_id for one in every}),
                record_queries.decision_lines(connection) if every else (),
                queries.signing_keys(connection),
            )
        self._kept_decided = head, found
        return found

    def archived(self, sha256: str) -> Path:
        """The archive folder of a decision, by its hash or at least the first eight digits.

        :raises InputError: there is no such decision, or more than one.
        """
        found = []
        if len(sha256) >= 8 and set(sha256) <= set("0123456789abcdef"):
            found = list(self.home.revalidation_archive.glob(f"{sha256}*"))
        if len(found) == 1:
            return found[0]
        raise InputError(
            Message(
                "{count} archived decisions match the hash {sha256!r}.",
                count=len(found),
                sha256=sha256,
            )
            if found
            else Message("No archived decision has the hash {sha256!r}.", sha256=sha256),
            Message("Give a hash from `trainweek decision history`, or its first 12 digits."),
        )

    def capsule(self, sha256: str) -> tuple[bytes, Validity]:
        """The signed decision as one file, sealed with the key of the data directory.

        :returns: the file's content, and the signature's validity.
        :raises InputError: it is not signed.
        :raises IntegrityError: the record or the archive was altered, so nothing is sealed.
        :raises SetupError: the key can't be used.
        """
        from core.decision import read_decision
        from core.decision.capsule import make_capsule
        from runner.home.signing_key import signing_key

        sha256 = self.archived(sha256).name
        with self.store.read() as connection:
            signature = newest_signature(connection, sha256)
            if signature is None or signature.sealed is None:
                raise InputError(
                    Message("Decision {sha256} has no sealed signature.", sha256=sha256[:12]),
                    Message("A capsule requires one. Ask the CTO to sign on the page Decision."),
                )
            validity = self.validity_now(connection, signature)
            conditions = tracked_conditions(connection, signature)
        if validity.state is SignatureState.ALTERED:
            raise IntegrityError(validity.reason, validity.remedy)
        if any(difference.part == "files" for difference in validity.differences):
            raise IntegrityError(validity.reason, validity.remedy)
        saved = read_decision(self.home.revalidation_archive / sha256)
        given = [
            {**own, "closed": None if tracked.closed is None else closure_facts(tracked.closed)}
            for own, tracked in zip(signature.conditions, conditions, strict=True)
        ]
        key = signing_key(self.home)
        bound = signature.sealed["statement"]["bound"]
        model = saved.decision.model.as_dict() | bound["model"]
        with self.store.read() as connection:
            playbook = playbook_for(connection, signature.week_id, bound["playbook"]["sha256"])
        content = make_capsule(
            signature.sealed,
            saved,
            given,
            validity,
            key,
            self.now(),
            manifest=manifest_for(self.home, model),
            playbook_text=playbook,
        )
        return content, validity

    def validity_now(self, connection: Connection, signature: Signature | None) -> Validity:
        """The same as :meth:`validity`, on an open connection."""
        from runner.client.signatures.kept_files import superseded
        from runner.client.signatures.validity import validity_from

        if signature is None:
            return validity_from(self.home, None, None, frozenset(), False, self.now())
        week = queries.week_by_id(connection, signature.week_id)
        later = week is not None and superseded(
            record_queries.decision_records(connection, week), signature.revalidation_sha256
        )
        keys = queries.signing_keys(connection)
        return validity_from(self.home, signature, week, keys, later, self.now())


def newest_signature(connection: Connection, sha256: str) -> Signature | None:
    """The newest signature of a decision."""
    table = schema.signatures
    query = select(table).where(table.c.revalidation_sha256 == sha256).order_by(table.c.id.desc())
    row = connection.execute(query.limit(1)).first()
    return None if row is None else rows.signature_of(row)


def tracked_conditions(connection: Connection, signature: Signature) -> list[Condition]:
    """The conditions of a signature, closed or open."""
    return conditions_from(signature, record_queries.closures(connection, signature.id))


def tracked(
    signatures: Iterable[Signature], closures: Iterable[ConditionClosure]
) -> list[Condition]:
    """The conditions of every decision, by its newest signature; oldest first."""
    closures = list(closures)
    newest = {one.revalidation_sha256: one for one in signatures}
    return [
        condition
        for signature in sorted(newest.values(), key=lambda one: one.id)
        for condition in conditions_from(signature, closures)
    ]


def conditions_from(signature: Signature, closures: Iterable[ConditionClosure]) -> list[Condition]:
    """The conditions of a signature, closed or open; closures of other signatures are ignored."""
    closed = {one.number: one for one in closures if one.signature_id == signature.id}
    return [
        Condition(
            signature.id,
            number,
            str(given["text"]),
            str(given["owner"]),
            _day(given["due"]),
            closed.get(number),
        )
        for number, given in enumerate(signature.conditions)
    ]


def closure_facts(closure: ConditionClosure) -> dict[str, Any]:
    """A closure as plain JSON, for capsule and gate."""
    return {
        "by": closure.by,
        "role": closure.role.value,
        "verified": closure.verified,
        "at": iso(closure.at),
        "note": closure.note,
    }


def _day(text: object) -> date | None:
    """The date of a due day; None for text that an older version accepted."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
