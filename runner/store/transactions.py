"""Reads and writes: the ledger first, then the database, under one lock.

The order of a write is fixed. Under the store's lock and in an immediate transaction the
rows are changed, the lines are written to the ledger file and synced, and then the
transaction commits. If a process dies before the commit, the file is ahead by whole lines,
and the next one that opens the store adds them to the database. A database that is ahead
means that the file was truncated: nothing more is written until a person has checked.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DatabaseError

from core.errors import IntegrityError, SetupError
from core.home_links import require_inside
from runner.failpoints import fail_here
from runner.files import BUSY_TIMEOUT_S
from runner.store import chain, checkpoint, schema
from runner.store.damage import damage_of, operator_errors, refuse_damaged, unwritable
from runner.store.engine import added_index, immediate, open_engine
from runner.store.file_modes import mend_modes
from runner.store.known_lines import KnownLines
from runner.store.ledger_writes import Head, Transaction
from runner.store.migrate import migrate
from runner.store.moved_record import require_not_moved
from runner.store.proofs import Proofs
from runner.store.row_writer import RowWriter
from runner.store.spare import SpareCopy, copy_of_both, copy_of_ledger, is_read_only
from runner.store.write_lock import write_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

    from core.errors import TrainweekError
    from core.paths import Home
    from runner.store.runner_place import RunnerPlace

log = logging.getLogger("trainweek.store")


def _hashes_after(connection: Connection, seq: int) -> Iterator[str]:
    table = schema.ledger
    query = select(table.c.sha256).where(table.c.seq > seq).order_by(table.c.seq)
    yield from connection.scalars(query)


class Store:
    """Ledger and database of a data directory. Safe to share between threads.

    If database or ledger is damaged or can't be written, the store is read-only: reads use
    what is intact, and each write raises :attr:`damage`. Nothing is repaired automatically.

    :param busy_timeout_s: how long a write waits for other writers.
    :param database: another database file, to rebuild one next to the present one.
    :param proofs: for a copy of a data directory: the original's, as the copy has no key.
    :raises SetupError: the directory can't be written, or its database is of a newer version.
    :raises IntegrityError: ledger and database are both damaged.
    """

    damage: TrainweekError | None = None
    """Why nothing can be saved, with the remedy; None if all is intact and writable."""
    _suspect = False

    def __init__(
        self,
        home: Home,
        busy_timeout_s: float = BUSY_TIMEOUT_S,
        database: Path | None = None,
        proofs: Proofs | None = None,
    ) -> None:
        self.home = home
        self.busy_timeout_s = busy_timeout_s
        self._database = database or home.database
        self._proofs = proofs or Proofs(home)
        self._known_lines = KnownLines(
            lambda: checkpoint.kept(home, checkpoint.compared_file(home))
        )
        require_inside(home)
        for folder in (home.state, home.ledger.parent):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unwritable(home, error) from error
        self._opening = Lock()  # a store is shared between threads
        self._open()

    @property
    def database_file(self) -> str | None:
        """The file that is read, or a copy while that one is damaged; None: it is on a server."""
        url = self._engine.url
        return url.database if url.get_backend_name() == "sqlite" else None

    @property
    def database_stamp(self) -> tuple[str, int] | None:
        """Another one after the file was replaced, as by a restore or a rebuild."""
        file = self.database_file
        return None if file is None else (file, Path(file).stat().st_ino)

    def require_sound(self) -> None:
        """Raise :attr:`damage` if the store is read-only."""
        if self.damage is not None:
            raise self.damage

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent read transaction.

        :raises IntegrityError: the database is damaged.
        """
        self._reopen_if_changed()
        with self._watching_for_damage(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block, or leaves no trace.

        :raises ConflictError: others kept the store busy for longer than the timeout.
        :raises SetupError: the disk refused; nothing was saved.
        :raises IntegrityError: ledger and database disagree, or one is damaged.
        """
        self._reopen_if_changed()
        self.require_sound()
        path = self.home.ledger
        with (
            write_lock(self.home, self.busy_timeout_s),
            self._watching_for_damage(),
            immediate(self._engine) as (connection, database),
        ):
            require_not_moved(self.home)
            head = self._catch_up(connection)
            transaction = Transaction(connection, head, self._proofs)
            yield transaction
            if not transaction.lines:
                if not head.moved:
                    database.rollback()  # even an empty commit would wait for all readers
                return
            fail_here("before_ledger")
            chain.append(path, b"".join(transaction.lines), head.end)
            fail_here("after_ledger")
            try:
                database.commit()
            except DatabaseError:
                database.rollback()
                chain.withdraw(path, head.end)
                raise
            fail_here("after_commit")

    def _open(self) -> None:
        engine = open_engine(self._database, self.busy_timeout_s)
        damage: TrainweekError | None = None
        try:
            with write_lock(self.home, self.busy_timeout_s), operator_errors(self.home):
                refuse_damaged(self._database, self.home, self.busy_timeout_s)
                migrate(engine, self._database)
                with immediate(engine) as (connection, database):
                    added = added_index(connection)
                    if not self._catch_up(connection).moved and not added:
                        database.rollback()
                if (further := self._known_lines.further()) is not None:
                    checkpoint.keep(self.home, checkpoint.compared_file(self.home), further)
                for sentence in mend_modes(self.home):
                    log.warning("%s", sentence)
        except IntegrityError as error:
            damage, self._seen = error, self._signature()
            engine = self._readable(engine, error)
            log.error("Read-only: %s", error)
        except SetupError as refused:
            if not is_read_only(self.home):
                raise
            damage, self._seen = refused, self._signature()
            engine = self._of_spare(copy_of_both(self.home))
        # Set before the engine, so that a write in another thread is refused.
        self.damage = damage or self.damage
        self._engine = engine
        self.damage = damage

    def _readable(self, engine: Engine, error: IntegrityError) -> Engine:
        """The database, if it is intact; else a copy rebuilt from the ledger."""
        if damage_of(self._database, self.home) is None:
            return engine
        return self._of_spare(copy_of_ledger(self.home, error))

    def _of_spare(self, spare: SpareCopy) -> Engine:
        self._spare = spare  # removed with this object
        return Store(spare.home, proofs=self._proofs)._engine

    def _signature(self) -> list[tuple[int, int, int, bool] | None]:
        """Changes when database or ledger is replaced, or can be written again."""
        return [
            (found.st_ino, found.st_size, found.st_mtime_ns, os.access(path.parent, os.W_OK))
            if (found := path.stat() if path.exists() else None)
            else None
            for path in (self._database, self.home.ledger)
        ]

    def _reopen_if_changed(self) -> None:
        """Open again after damage was found, or after the files were replaced."""
        with self._opening:
            if self._suspect or (self.damage is not None and self._seen != self._signature()):
                self._open()
                self._suspect = False

    @contextmanager
    def _watching_for_damage(self) -> Iterator[None]:
        try:
            with operator_errors(self.home):
                yield
        except IntegrityError:
            self._suspect = self.damage is None
            raise

    def _catch_up(self, connection: Connection) -> Head:
        """Add lines of the file that the tables lack."""
        path, table = self.home.ledger, schema.ledger
        head = connection.execute(
            select(table.c.seq, table.c.sha256, table.c.end).order_by(table.c.seq.desc()).limit(1)
        ).first()
        seq, prev, end = tuple(head) if head else (0, chain.START, 0)
        size = chain.require_lines(path, seq, end)
        if size:
            self._known_lines.compare(path, end, partial(_hashes_after, connection))
        moved, rows, proofs = False, RowWriter(connection), self._proofs.read_once()
        for line in chain.read(path, end, seq, prev):
            from runner.store.apply import apply  # a command that finds nothing new applies nothing

            apply(rows, line.fields, line.end, proofs.hold(line.fields))
            seq, prev, end, moved = line.seq, line.sha256, line.end, True
        rows.flush()
        return Head(seq, prev, end, moved)

    def require_ledger(self) -> None:
        """Check that the ledger file still has the lines of the database; reads alone don't see it.

        :raises IntegrityError: it was truncated or changed.
        """
        table = schema.ledger
        last = select(table.c.seq, table.c.end).order_by(table.c.seq.desc()).limit(1)
        with self.read() as connection:
            if (head := connection.execute(last).first()) is not None:
                chain.require_lines(self.home.ledger, head.seq, head.end)

    def written(self) -> int:
        """The bytes of the ledger; they change with each line."""
        try:
            return self.home.ledger.stat().st_size
        except OSError:
            return 0

    def claim_runner(
        self, transaction: Transaction, epoch: int, mine: RunnerPlace, take_over: bool
    ) -> None:
        """Become the runner of all machines. Of a file there is one machine: its lock decides."""

    def renew_runner(self, epoch: int) -> bool:
        """Say that the runner of this epoch lives; whether no other has taken over."""
        return True

    def release_runner(self, epoch: int) -> None:
        """The runner of this epoch has ended."""

    def epoch(self, connection: Connection) -> int:
        """The epoch of the newest runner; 0 before the first."""
        return connection.scalar(select(func.max(schema.runners.c.epoch))) or 0
