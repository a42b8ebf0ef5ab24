"""Reading and writing: the ledger first, then the database, under one lock.

The order of a write is fixed. Under the store's lock and in an immediate
transaction the rows are changed, the lines go to the ledger file and to the disk,
and then the transaction commits. A process that dies before the commit leaves a file
that is ahead by whole lines; whoever opens next brings the database up to it. A
database that is ahead of the file means that somebody cut the file: nothing more is
written until a person has looked.
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock, Timeout
from sqlalchemy import func, select
from sqlalchemy.engine import Connection, RootTransaction
from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import ConflictError, IntegrityError, SetupError, TrainweekError
from core.moments import iso
from core.paths import Home
from core.people import Person
from runner.records import LedgerEntry
from runner.store import chain, schema
from runner.store.apply import apply
from runner.store.engine import open_engine
from runner.store.migrate import migrate
from runner.store.rows import entry_of


class Head(NamedTuple):
    """The last line of the ledger."""

    seq: int
    prev: str
    end: int
    moved: bool  # the database was brought up to it just now


class Transaction:
    """One write: everything in it becomes true together, or nothing does."""

    def __init__(self, connection: Connection, seq: int, prev: str, end: int) -> None:
        self.connection = connection
        self.lines: list[bytes] = []
        self._seq, self._prev, self._end = seq, prev, end

    def append(
        self,
        kind: str,
        body: Mapping[str, Any],
        *,
        by: Person,
        at: datetime,
        at_week: datetime,
        week_id: str | None = None,
        key: str | None = None,
    ) -> LedgerEntry:
        """Add a line and do what it says. ``body`` is plain JSON."""
        fields = chain.seal(
            {
                "seq": self._seq + 1,
                "prev": self._prev,
                "at": iso(at),
                "at_week": iso(at_week),
                "kind": kind,
                "week_id": week_id,
                "by": by.name,
                "role": by.role.value,
                "verified": by.verified,
                "key": key,
                "body": dict(body),
            }
        )
        line = chain.canonical(fields).encode() + b"\n"
        fields = json.loads(line)  # what a rebuild would read: not a key in another place
        self._seq, self._prev, self._end = fields["seq"], fields["sha256"], self._end + len(line)
        apply(self.connection, fields, self._end)
        self.lines.append(line)
        return entry_of(
            self.connection.execute(
                select(schema.ledger).where(schema.ledger.c.seq == self._seq)
            ).one()
        )


class Store:
    """Ledger and database of one home. Cheap to make; safe to share between threads.

    :param busy_timeout_s: how long a write waits for other writers.
    :raises SetupError: the home can't be written, or its database is newer than this code.
    """

    def __init__(
        self, home: Home, busy_timeout_s: float = 15.0, database: Path | None = None
    ) -> None:
        self.home = home
        self.busy_timeout_s = busy_timeout_s
        database = database or home.database
        for folder in (home.state, home.ledger.parent):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise _unwritable(home, error) from error
        self._engine = open_engine(database, busy_timeout_s)
        with self.lock(home, busy_timeout_s), _said_plainly(home):
            migrate(self._engine, database)
            with self._immediate() as (connection, database):
                if not self._catch_up(connection).moved:
                    database.rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look at the tables."""
        with _said_plainly(self.home), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block, or leaves no trace.

        :raises ConflictError: others kept the store busy for longer than the timeout.
        :raises SetupError: the disk refused; nothing was saved.
        :raises IntegrityError: ledger and database disagree.
        """
        path = self.home.ledger
        with (
            self.lock(self.home, self.busy_timeout_s),
            _said_plainly(self.home),
            self._immediate() as (connection, database),
        ):
            head = self._catch_up(connection)
            transaction = Transaction(connection, head.seq, head.prev, head.end)
            yield transaction
            if not transaction.lines:
                if not head.moved:
                    database.rollback()  # even an empty commit would wait for every reader
                return
            chain.append(path, b"".join(transaction.lines), head.end)
            try:
                database.commit()
            except DatabaseError:
                database.rollback()
                chain.withdraw(path, head.end)
                raise

    @contextmanager
    def _immediate(self) -> Iterator[tuple[Connection, RootTransaction]]:
        with (
            self._engine.connect().execution_options(write=True) as connection,
            connection.begin() as database,
        ):
            yield connection, database

    @staticmethod
    @contextmanager
    def lock(home: Home, timeout_s: float = 15.0) -> Iterator[None]:
        """Keep every other writer out, of this process and of all others."""
        lock = FileLock(
            home.database.with_suffix(".lock"),
            timeout=timeout_s,
            poll_interval=0.01,
            fallback_to_soft=False,
        )
        try:
            lock.acquire()
        except Timeout as error:
            raise _busy() from error
        except OSError as error:
            raise _unwritable(home, error) from error
        try:
            yield
        finally:
            lock.release()

    def _catch_up(self, connection: Connection) -> Head:
        """Bring the tables up to the file."""
        path, table = self.home.ledger, schema.ledger
        head = connection.execute(
            select(table.c.seq, table.c.sha256, table.c.end).order_by(table.c.seq.desc()).limit(1)
        ).first()
        seq, prev, end = tuple(head) if head else (0, chain.START, 0)
        size = path.stat().st_size if path.exists() else 0
        if size < end or (size and chain.last_sum(path, end) != prev):
            raise IntegrityError(
                f"The database has {seq} ledger lines; {path} was cut or changed before that.",
                "Stop, keep both files, run `trainweek ledger verify`, and restore the ledger.",
            )
        moved = False
        for line in chain.read(path, end, seq, prev):
            apply(connection, line.fields, line.end)
            seq, prev, end, moved = line.seq, line.sha256, line.end, True
        return Head(seq, prev, end, moved)

    def epoch(self, connection: Connection) -> int:
        """The epoch of the newest runner; 0 before the first."""
        return connection.scalar(select(func.max(schema.runners.c.epoch))) or 0


@contextmanager
def _said_plainly(home: Home) -> Iterator[None]:
    """SQLite's errors, as what the operator must do."""
    try:
        yield
    except TrainweekError:
        raise
    except OperationalError as error:
        said = str(error.orig)
        if "locked" in said or "busy" in said:
            raise _busy() from error
        raise SetupError(
            f"NOT saved: the database {home.database} refused ({said}).",
            "Free disk space or mend the folder's rights, then do it again.",
        ) from error
    except DatabaseError as error:
        if "malformed" not in str(error.orig) and "not a database" not in str(error.orig):
            raise
        raise IntegrityError(
            f"The database {home.database} is damaged ({error.orig}).",
            "Stop the runner and rebuild it: `trainweek ledger replay`.",
        ) from error


def _busy() -> ConflictError:
    return ConflictError("The store is busy; nothing was saved.", "Do it again in a moment.")


def _unwritable(home: Home, error: OSError) -> SetupError:
    return SetupError(
        f"The home folder {home.root} can't be written by {getpass.getuser()}: "
        f"{error.filename or ''} {error.strerror or error}.",
        "Give that user write permission, or choose another folder with --home.",
    )
