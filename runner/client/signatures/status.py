"""Whether signatures hold, what became of their conditions, and what they may be used for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from core.errors import InputError, IntegrityError
from core.timestamps import iso
from core.vocabulary import SignatureState
from runner.client.base import BaseClient
from runner.client.signatures.kept_files import present_now
from runner.client.signatures.rules import newest_decision
from runner.outcomes import Refused
from runner.records import Closing, Condition, LedgerEntry, Signature
from runner.store import queries, rows, schema

if TYPE_CHECKING:
    from core.decision import SavedDecision
    from core.decision.validity import Standing

# Fields of a row that its sealed statement repeats: they must agree.
_REPEATED = ("act", "reason", "by", "second", "verified", "second_verified")


@dataclass(frozen=True)
class Decided:
    """One archived revalidation, and what was made of it.

    :ivar problem: why the archive can't be trusted; ``saved`` is then None.
    :ivar standing: of the newest signature.
    """

    sha256: str
    saved: SavedDecision | None
    problem: str
    signature: Signature | None
    standing: Standing


class Standings(BaseClient):
    """Reads of signatures. Nothing here is stored: a decision becomes void by itself."""

    def standing(self, signature: Signature | None) -> Standing:
        """Whether a signature holds, now; UNSIGNED for None."""
        with self.store.read() as look:
            return self.standing_now(look, signature)

    def signature_of(self, sha256: str) -> Signature | None:
        """The newest signature of a decision."""
        with self.store.read() as look:
            return newest_signature(look, sha256)

    def conditions(self, week_id: str | None = None) -> list[Condition]:
        """Of every signed decision (of a week), by its newest signature; oldest first.

        A later decision takes none of them away: each is tracked until somebody closes it.
        """
        table = schema.signatures
        query = select(table).order_by(table.c.id)
        if week_id is not None:
            query = query.where(table.c.week_id == week_id)
        with self.store.read() as look:
            newest = {row.revalidation_sha256: row for row in look.execute(query)}
            return [
                condition
                for row in sorted(newest.values(), key=lambda row: row.id)
                for condition in tracked_conditions(look, rows.signature_of(row))
            ]

    def conditions_of(self, signature: Signature) -> list[Condition]:
        with self.store.read() as look:
            return tracked_conditions(look, signature)

    def countersignatures(self, sha256: str) -> list[LedgerEntry]:
        """Who stands by an override of this decision, oldest first."""
        table = schema.ledger
        with self.store.read() as look:
            lines = look.execute(
                select(table).where(table.c.kind == "countersign").order_by(table.c.seq)
            )
            return [
                rows.entry_of(line)
                for line in lines
                if line.body.get("revalidation_sha256") == sha256
            ]

    def newest_decision(self, week_id: str) -> SavedDecision | Refused | None:
        """The week's newest saved revalidation, as it would be signed."""
        with self.store.read() as look:
            return newest_decision(look, self.home, week_id)

    def decided(self) -> list[Decided]:
        """All archived revalidations of all weeks, oldest first; altered ones are among them."""
        from core.decision import read_decision
        from core.decision.validity import altered

        found: list[tuple[str, Decided]] = []
        with self.store.read() as look:
            for folder in sorted(self.home.revalidation_archive.glob("[0-9a-f]*")):
                signature = newest_signature(look, folder.name)
                try:
                    saved = read_decision(folder)
                except (InputError, IntegrityError) as error:
                    standing = altered(error.what, error.remedy)
                    one = Decided(folder.name, None, error.what, signature, standing)
                    found.append((iso(signature.at) if signature else "", one))
                    continue
                standing = self.standing_now(look, signature)
                one = Decided(saved.sha256, saved, "", signature, standing)
                found.append((saved.decision.created_at, one))
        return [one for _, one in sorted(found, key=lambda pair: pair[0])]

    def archived(self, sha256: str) -> Path:
        """The archive folder of a decision, by its hash or at least eight digits of it.

        :raises InputError: no such decision, or several.
        """
        found = []
        if len(sha256) >= 8 and set(sha256) <= set("0123456789abcdef"):
            found = list(self.home.revalidation_archive.glob(f"{sha256}*"))
        if len(found) == 1:
            return found[0]
        raise InputError(
            f"{len(found) or 'No'} archived decisions have the hash {sha256!r}.",
            "Take it from `trainweek decision history`, in full or its first 12 digits.",
        )

    def capsule(self, sha256: str) -> tuple[bytes, Standing]:
        """The signed decision as one file, sealed with the home's key, and how it stands.

        :raises InputError: nobody has signed it.
        :raises IntegrityError: the record or the archive was altered: nothing is sealed over it.
        :raises SetupError: the home's key can't be used.
        """
        from core.decision import read_decision
        from core.decision.capsule import make_capsule
        from runner.home.signing_key import signing_key

        sha256 = self.archived(sha256).name
        with self.store.read() as look:
            signature = newest_signature(look, sha256)
            if signature is None or signature.sealed is None:
                raise InputError(
                    f"Decision {sha256[:12]} has no sealed signature.",
                    "A capsule carries one: let the CTO sign on the page Decision.",
                )
            standing = self.standing_now(look, signature)
            conditions = tracked_conditions(look, signature)
        if standing.state is SignatureState.ALTERED:
            raise IntegrityError(standing.reason, standing.remedy)
        if any(difference.part == "files" for difference in standing.differences):
            raise IntegrityError(standing.reason, standing.remedy)
        saved = read_decision(self.home.revalidation_archive / sha256)
        given = [
            {**own, "closed": None if tracked.closed is None else closing_facts(tracked.closed)}
            for own, tracked in zip(signature.conditions, conditions, strict=True)
        ]
        key = signing_key(self.home)
        content = make_capsule(signature.sealed, saved, given, standing, key, self.now())
        return content, standing

    def standing_now(self, look: Connection, signature: Signature | None) -> Standing:
        """:meth:`standing`, within a look at the store."""
        from core.decision.validity import UNSIGNED, altered, is_genuine, standing_of

        if signature is None:
            return UNSIGNED
        record, again = signature.sealed, "Keep the files, verify the ledger, and sign again."
        if record is None:
            return altered("The signature was recorded without a seal.", "Let the CTO sign again.")
        if not is_genuine(record):
            return altered("The signed statement was altered.", again)
        statement = record["statement"]
        if statement["public_key"] not in queries.signing_keys(look):
            return altered("The signature is by a key that this home never had.", again)
        row = {name: getattr(signature, name) for name in _REPEATED}
        if (
            any(statement[name] != value for name, value in row.items())
            or statement["role"] != signature.role.value
            or statement["week"] != signature.week_id
            or statement["at"] != iso(signature.at)
            or statement["decision_sha256"] != signature.revalidation_sha256
            or statement["conditions"] != [dict(given) for given in signature.conditions]
        ):
            return altered("The recorded signature is not the one that was sealed.", again)
        week = queries.week_by_id(look, signature.week_id)
        if week is None:
            return altered(f"Its week {signature.week_id} is gone.", again)
        present = present_now(
            look, self.home, week, statement["bound"], signature.revalidation_sha256
        )
        return standing_of(statement, present, self.now())


def newest_signature(look: Connection, sha256: str) -> Signature | None:
    table = schema.signatures
    row = look.execute(
        select(table)
        .where(table.c.revalidation_sha256 == sha256)
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else rows.signature_of(row)


def tracked_conditions(look: Connection, signature: Signature) -> list[Condition]:
    table = schema.conditions_closed
    closed = {
        row.number: rows.closing_of(row)
        for row in look.execute(select(table).where(table.c.signature_id == signature.id))
    }
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


def closing_facts(closing: Closing) -> dict[str, Any]:
    """A closing as capsule and gate write it."""
    return {
        "by": closing.by,
        "role": closing.role.value,
        "verified": closing.verified,
        "at": iso(closing.at),
        "note": closing.note,
    }


def _day(text: object) -> date | None:
    """None for what an older version took as a day."""
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
