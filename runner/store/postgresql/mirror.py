"""The ledger file beside a shared store: a copy of the chain that is in the database.

It is written after the commit, by whoever wrote, under the writers' lock. So it may lack the
newest lines, which the next writer on this machine adds; it never has a line that the database
lacks. One that has was written for another database, or this one was put back to an earlier state.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from core.errors import IntegrityError
from core.language import Message
from runner.store import chain, schema
from runner.store.known_lines import KnownLines
from runner.store.postgresql.tables import ledger_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection

_BLOCK = 1_000  # lines that are written and synced at once
REMEDY = Message(
    "Find the first difference: trainweek ledger verify. If the database is right, move the file"
    " away; it is written anew."
)


class Place(NamedTuple):
    """How far the file has the lines of the database."""

    seq: int
    end: int  # bytes


class Mirror:
    """The ledger file of one machine. The caller holds the writers' lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known_lines = KnownLines()

    def compare(self, connection: Connection) -> Place:
        """Compare the file with the database.

        :raises IntegrityError: it has another line; it may lack the newest ones.
        """
        table = schema.ledger
        size = self.path.stat().st_size if self.path.exists() else 0
        last = connection.execute(
            select(table.c.seq, table.c.end)
            .where(table.c.end <= size)
            .order_by(table.c.seq.desc())
            .limit(1)
        ).first()
        place = Place(0, 0) if last is None else Place(last.seq, last.end)
        if size:
            hashes = partial(_hashes, connection, place.seq)
            try:
                self._known_lines.compare(self.path, place.end, hashes)
            except IntegrityError as error:
                raise IntegrityError(error.what, REMEDY) from error
            self._require_no_more(place, connection.scalar(select(func.max(table.c.seq))) or 0)
        return place

    def write(self, connection: Connection, place: Place) -> None:
        """Add the lines that the file lacks.

        :raises SetupError: it can't be written.
        """
        seq, end = place
        while block := self._after(connection, seq):
            text = b"".join(line.encode() + b"\n" for line in block)
            chain.append(self.path, text, end)
            seq, end = seq + len(block), end + len(text)

    def _after(self, connection: Connection, seq: int) -> list[str]:
        query = select(ledger_lines.c.line).where(ledger_lines.c.seq > seq)
        return list(connection.scalars(query.order_by(ledger_lines.c.seq).limit(_BLOCK)))

    def _require_no_more(self, place: Place, lines: int) -> None:
        with self.path.open("rb") as file:
            file.seek(place.end)
            complete = file.readline().endswith(b"\n")
        if not complete:
            return  # nothing more, or a line that a killed writer left incomplete
        if place.seq < lines:
            raise IntegrityError(
                Message("Line {line:,} differs from the database.", line=place.seq + 1), REMEDY
            )
        raise IntegrityError(
            Message(
                "The database has {lines:,} ledger lines, {path} has more: the database was put"
                " back to an earlier state, or belongs to another data directory.",
                lines=lines,
                path=str(self.path),
            ),
            REMEDY,
        )


def _hashes(connection: Connection, last: int, seq: int) -> Iterator[str]:
    table = schema.ledger
    query = select(table.c.sha256).where(table.c.seq > seq, table.c.seq <= last)
    yield from connection.scalars(query.order_by(table.c.seq))
