"""The store on PostgreSQL: tables and chain in one database, which several machines share.

A write holds the writers' lock of the database and commits the lines of the ledger with what
they change: all or nothing. A transaction is its lines, as only :mod:`runner.store.apply` changes
a table. So one whose commit was cut off, by a server that ended or a serialization failure, is
looked up by its first line's hash, and done again if it is not there and nobody wrote since.
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from core.errors import IntegrityError, TrainweekError
from core.home_links import require_inside
from core.language import Message
from runner.failpoints import fail_here
from runner.files import BUSY_TIMEOUT_S
from runner.settings import Settings
from runner.store import chain, schema
from runner.store.apply import apply
from runner.store.damage import busy, unwritable
from runner.store.ledger_writes import Head, Transaction
from runner.store.migrate import is_migrated, migrate_shared
from runner.store.moved_record import moving_record
from runner.store.postgresql import lease
from runner.store.postgresql.mirror import Mirror
from runner.store.postgresql.server import (
    SETTING,
    ServerAway,
    engine_of,
    is_locked_out,
    locked,
    may_repeat,
    server_errors,
)
from runner.store.postgresql.tables import keep_lines, ledger_lines, metadata
from runner.store.proofs import Proofs
from runner.store.row_writer import RowWriter
from runner.store.transactions import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.engine import Connection

    from core.paths import Home
    from runner.store.runner_place import RunnerPlace

log = logging.getLogger("trainweek.store")
_AGAIN_S = 0.2  # between two tries of a commit


class SharedTransaction(Transaction):
    """One write. ``beside``: what is changed with it and is no line of the ledger."""

    def __init__(self, connection: Connection, head: Head, proofs: Proofs) -> None:
        super().__init__(connection, head, proofs)
        self.head = head
        self.beside: list[Callable[[Connection], object]] = []


class SharedStore(Store):
    """A data directory whose record is on a server. Safe to share between threads.

    :raises ServerAway: the server can't be reached.
    :raises SetupError: its database is of another version, or refuses to be written.
    :raises IntegrityError: an empty database was to be filled from a ledger that is corrupt.
    """

    def __init__(self, home: Home, address: str, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.home = home
        self.address = address
        self.busy_timeout_s = busy_timeout_s
        settings = Settings.read(home)
        self._lease_s = settings.runner_lease_s
        self._proofs = Proofs(home)
        self._mirror = Mirror(home.ledger)
        self._mirroring = Lock()  # the file is compared and written by one thread at a time
        require_inside(home)
        for folder in (home.state, home.ledger.parent):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unwritable(home, error) from error
        self._engine = engine_of(address)
        with server_errors(address):
            self._prepare()
        self.mirror()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent read transaction.

        :raises ServerAway: the server can't be reached.
        """
        with server_errors(self.address), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block, or leaves no trace.

        :raises ServerAway: the server went away; nothing was saved, unless the text says so.
        :raises ConflictError: others kept the store busy, or wrote while the server was away.
        :raises IntegrityError: the ledger file has lines that the database lacks.
        """
        with server_errors(self.address):
            with locked(self._engine, self.busy_timeout_s) as connection:
                self._compare(connection)
                transaction = SharedTransaction(connection, _head(connection), self._proofs)
                yield transaction
                if not transaction.lines:
                    return
                fail_here("before_ledger")
                saved = self._committed(connection, transaction)
            if not saved:
                self._commit_again(transaction)
        fail_here("after_commit")
        self.mirror()

    def mirror(self) -> None:
        """Add to the ledger file what it lacks. A failure is not one of what was saved."""
        try:
            with (
                server_errors(self.address),
                locked(self._engine, self.busy_timeout_s) as connection,
                self._mirroring,  # in the order of a write, which compares under the server's lock
            ):
                self._mirror.write(connection, self._mirror.compare(connection))
            self.damage = None
        except IntegrityError as error:
            self.damage = error
            log.error("%s", error)
        except (TrainweekError, OSError) as error:
            log.warning("The ledger file was not brought up to date: %s", error)

    def require_ledger(self) -> None:
        """Bring the ledger file up to date and check that it has no other lines.

        :raises IntegrityError: it has.
        """
        self.mirror()
        self.require_sound()

    def written(self) -> int:
        """The bytes of the ledger; they change with each line."""
        with self.read() as connection:
            return connection.scalar(select(func.max(schema.ledger.c.end))) or 0

    # --- the one runner

    def claim_runner(
        self, transaction: Transaction, epoch: int, mine: RunnerPlace, take_over: bool
    ) -> None:
        """Become the runner of all machines.

        :raises ConflictError: another one lives.
        """
        assert isinstance(transaction, SharedTransaction)
        if not take_over:
            lease.require_free(transaction.connection, mine, self._lease_s)
        transaction.beside.append(lambda connection: lease.take(connection, epoch, mine))

    def renew_runner(self, epoch: int) -> bool:
        """Say that the runner of this epoch lives; whether no other has taken over."""
        with server_errors(self.address), self._lease_write() as connection:
            return lease.renew(connection, epoch)

    def release_runner(self, epoch: int) -> None:
        """The runner of this epoch has ended."""
        with server_errors(self.address), self._lease_write() as connection:
            lease.let_go(connection, epoch)

    @contextmanager
    def _lease_write(self) -> Iterator[Connection]:
        """Two threads may renew the row at once: each one waits for the other."""
        with self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="READ COMMITTED")
            with connection.begin():
                yield connection

    # --- how it is opened and written

    def _prepare(self) -> None:
        with self._engine.connect() as connection:
            ready = (
                is_migrated(connection)
                and inspect(connection).has_table(ledger_lines.name)
                and connection.scalar(select(func.max(schema.ledger.c.seq))) is not None
            )
        if ready:
            return
        with locked(self._engine, self.busy_timeout_s) as connection:
            migrate_shared(connection, self.address, SETTING)
            metadata.create_all(connection)
            connection.execute(text("CREATE INDEX IF NOT EXISTS ix_ledger_kind ON ledger (kind)"))
            empty = _head(connection).seq == 0 and self.home.ledger.exists()
            with moving_record(self.home, self.busy_timeout_s) if empty else nullcontext():
                if empty:
                    self._take_over_file(connection)
                connection.commit()

    def _take_over_file(self, connection: Connection) -> None:
        """Fill an empty database from the ledger file of this data directory."""
        proofs, lines = self._proofs.read_once(), []
        rows = RowWriter(connection)
        for line in chain.read(self.home.ledger):
            apply(rows, line.fields, line.end, proofs.hold(line.fields))
            lines.append(chain.canonical(line.fields).encode() + b"\n")
        rows.flush()
        keep_lines(connection, 1, lines)
        if lines:
            log.warning("The empty database took over %s lines of %s", len(lines), self.home.ledger)

    def _compare(self, connection: Connection) -> None:
        with self._mirroring:
            try:
                self._mirror.compare(connection)
            except IntegrityError as error:
                self.damage = error
                raise
        self.damage = None

    def _committed(self, connection: Connection, transaction: SharedTransaction) -> bool:
        """Whether the commit is known to have succeeded; if not it may be tried again."""
        try:
            for change in transaction.beside:
                change(connection)
            keep_lines(connection, transaction.head.seq + 1, transaction.lines)
            fail_here("after_ledger")
            connection.commit()
        except DBAPIError as error:
            if not may_repeat(error):
                raise
            log.warning("A commit was cut off (%s); it is looked up and repeated.", error.orig)
            return False
        return True

    def _commit_again(self, transaction: SharedTransaction) -> None:
        deadline = time.monotonic() + self.busy_timeout_s
        while True:
            try:
                with locked(self._engine, self.busy_timeout_s) as connection:
                    if self._is_saved(connection, transaction):
                        return
                    self._redo(connection, transaction)
                    if self._committed(connection, transaction):
                        return
            except DBAPIError as error:
                if not (may_repeat(error) or is_locked_out(error)):
                    raise
            if time.monotonic() > deadline:
                raise ServerAway(
                    Message(
                        "The database server went away while this was saved, so nobody knows yet"
                        " whether it was."
                    ),
                    Message("Look again when the server is back; repeat it only if it is missing."),
                )
            time.sleep(_AGAIN_S)

    def _is_saved(self, connection: Connection, transaction: SharedTransaction) -> bool:
        """Whether the transaction's lines are in the ledger.

        :raises ConflictError: another's are in their place.
        """
        table, first = schema.ledger, json.loads(transaction.lines[0])
        found = connection.scalar(select(table.c.sha256).where(table.c.seq == first["seq"]))
        if found is not None and found != first["sha256"]:
            raise busy()
        return found is not None

    def _redo(self, connection: Connection, transaction: SharedTransaction) -> None:
        present = _head(connection)
        if (present.seq, present.prev) != (transaction.head.seq, transaction.head.prev):
            raise busy()  # the database was put back
        rows, end = RowWriter(connection), present.end
        for line in transaction.lines:
            fields: dict[str, Any] = json.loads(line)
            end += len(line)
            apply(rows, fields, end, self._proofs.hold(fields))
        rows.flush()


def _head(connection: Connection) -> Head:
    table = schema.ledger
    last = connection.execute(
        select(table.c.seq, table.c.sha256, table.c.end).order_by(table.c.seq.desc()).limit(1)
    ).first()
    return Head(0, chain.START, 0, False) if last is None else Head(*last, False)
