"""One write: its lines of the ledger, and their effect on the tables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from core.timestamps import iso
from runner.store import chain, schema
from runner.store.proofs import PROOF
from runner.store.row_writer import RowWriter
from runner.store.rows import entry_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from core.people import Person
    from runner.records import LedgerEntry
    from runner.store.proofs import Proofs


class Head(NamedTuple):
    """The last line of the ledger."""

    seq: int
    prev: str
    end: int
    moved: bool  # lines were just added to the database


class Transaction:
    """One write: all of its lines are saved, or none."""

    def __init__(self, connection: Connection, head: Head, proofs: Proofs) -> None:
        self.connection = connection
        self.lines: list[bytes] = []
        self._seq, self._prev, self._end = head.seq, head.prev, head.end
        self._proofs = proofs
        self._rows = RowWriter(connection)

    def append(
        self,
        body: Body,
        *,
        by: Person,
        at: datetime,
        at_week: datetime,
        week_id: str | None = None,
        key: str | None = None,
    ) -> LedgerEntry:
        """Add a line and apply it to the tables. The line of a verified person is proved.

        :raises SetupError: the key of proofs can't be used.
        """
        fields: dict[str, Any] = {
            "seq": self._seq + 1,
            "prev": self._prev,
            "at": iso(at),
            "at_week": iso(at_week),
            "kind": body.kind,
            "week_id": week_id,
            "by": by.name,
            "role": by.role.value,
            "verified": by.verified,
            "key": key,
            "body": body.as_json(),
        }
        if by.token is not None:
            fields["token"] = by.token
        if by.verified:
            fields[PROOF] = self._proofs.make(fields)
        line = chain.canonical(chain.seal(fields)).encode() + b"\n"
        fields = json.loads(line)  # exactly what a rebuild reads
        self._seq, self._prev, self._end = fields["seq"], fields["sha256"], self._end + len(line)
        from runner.store.apply import apply  # a command that only reads applies nothing

        apply(self._rows, fields, self._end, by.verified)
        self._rows.flush()
        self.lines.append(line)
        return entry_of(
            self.connection.execute(
                select(schema.ledger).where(schema.ledger.c.seq == self._seq)
            ).one()
        )
