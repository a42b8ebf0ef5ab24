"""Reading and writing: the ledger first, then the database, under one lock.

The order of a write is fixed. Under the store's lock and in an immediate
transaction the rows are changed, the lines go to the ledger file and to the disk,
and then the transaction commits. A process that dies before the commit leaves a file
that is ahead by whole lines; whoever opens next brings the database up to it. A
database that is ahead of the file means that somebody cut the file: nothing more is
written until a person has looked.
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, NamedTuple

from filelock import FileLock, Timeout
from sqlalchemy import Engine, func, select
from sqlalchemy.engine import Connection, RootTransaction
from sqlalchemy.exc import DatabaseError

from core.errors import IntegrityError
from core.language import recorded
from core.paths import Home
from core.people import Person
from core.timestamps import iso
from runner.failpoints import fail_here
from runner.records import LedgerEntry
from runner.store import chain, schema
from runner.store.apply import apply
from runner.store.damage import busy, damage_of, refuse_damaged, said_plainly, unwritable
from runner.store.engine import open_engine
from runner.store.migrate import migrate
from runner.store.rows import entry_of

log = logging.getLogger("trainweek.store")


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
        """Add a line and apply it to the tables.

        :param body: plain JSON, and messages.
        """
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
                "body": recorded(body),
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

    Where database or ledger is damaged, the store is read-only: reads go on, from what
    is intact, and each write raises :attr:`damage`. Nothing is mended by itself.

    :param busy_timeout_s: how long a write waits for other writers.
    :param database: another file than the home's, to build one beside it.
    :raises SetupError: the home can't be written, or its database is newer than this code.
    :raises IntegrityError: ledger and database are both damaged.
    """

    damage: IntegrityError | None = None
    """Why nothing can be saved, with the command that mends it; None in a sound home."""
    _suspect = False

    def __init__(
        self, home: Home, busy_timeout_s: float = 15.0, database: Path | None = None
    ) -> None:
        self.home = home
        self.busy_timeout_s = busy_timeout_s
        self._database = database or home.database
        for folder in (home.state, home.ledger.parent):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise unwritable(home, error) from error
        self._opening = Lock()  # a store is shared between threads
        self._open()

    def require_sound(self) -> None:
        """:raises IntegrityError: the store is read-only."""
        if self.damage is not None:
            raise self.damage

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look at the tables."""
        self._look_again()
        with self._noticing(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at the end of the block, or leaves no trace.

        :raises ConflictError: others kept the store busy for longer than the timeout.
        :raises SetupError: the disk refused; nothing was saved.
        :raises IntegrityError: ledger and database disagree, or one is damaged.
        """
        self._look_again()
        self.require_sound()
        path = self.home.ledger
        with (
            self.lock(self.home, self.busy_timeout_s),
            self._noticing(),
            _immediate(self._engine) as (connection, database),
        ):
            head = self._catch_up(connection)
            transaction = Transaction(connection, head.seq, head.prev, head.end)
            yield transaction
            if not transaction.lines:
                if not head.moved:
                    database.rollback()  # even an empty commit would wait for every reader
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
        engine, damage = open_engine(self._database, self.busy_timeout_s), None
        try:
            with self.lock(self.home, self.busy_timeout_s), said_plainly(self.home):
                refuse_damaged(self._database, self.home, self.busy_timeout_s)
                migrate(engine, self._database)
                with _immediate(engine) as (connection, database):
                    if not self._catch_up(connection).moved:
                        database.rollback()
        except IntegrityError as error:
            damage, self._seen = error, self._signature()
            engine = self._readable(engine, error)
            log.error("Read-only: %s", error)
        # A write that other threads begin meanwhile finds the damage before the engine.
        self.damage = damage or self.damage
        self._engine = engine
        self.damage = damage

    def _readable(self, engine: Engine, error: IntegrityError) -> Engine:
        """The database, if it is whole; where it is damaged, a copy rebuilt from the ledger."""
        if damage_of(self._database, self.home) is None:
            return engine
        try:
            for _ in chain.read(self.home.ledger):
                pass
        except IntegrityError as other:
            raise IntegrityError(
                f"{error.what} And the ledger that it could be rebuilt from is broken: "
                f"{other.what}",
                "Stop the runner and restore both from a backup: `trainweek ledger restore`.",
            ) from error
        self._spare = TemporaryDirectory(prefix="trainweek-read-only-")
        spare = Home(Path(self._spare.name))
        spare.ledger.parent.mkdir(parents=True)
        shutil.copyfile(self.home.ledger, spare.ledger)
        return Store(spare)._engine

    def _signature(self) -> list[tuple[int, int, int] | None]:
        """Changes when somebody puts another database or ledger in place."""
        return [
            (found.st_ino, found.st_size, found.st_mtime_ns)
            if (found := path.stat() if path.exists() else None)
            else None
            for path in (self._database, self.home.ledger)
        ]

    def _look_again(self) -> None:
        """After damage was seen, or mended by somebody: open anew."""
        with self._opening:
            if self._suspect or (self.damage is not None and self._seen != self._signature()):
                self._open()
                self._suspect = False

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            with said_plainly(self.home):
                yield
        except IntegrityError:
            self._suspect = self.damage is None
            raise

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
            raise busy() from error
        except OSError as error:
            raise unwritable(home, error) from error
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
                "Keep both files, run `trainweek ledger verify`, end the runner, then "
                "`trainweek ledger restore`.",
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
def _immediate(engine: Engine) -> Iterator[tuple[Connection, RootTransaction]]:
    with (
        engine.connect().execution_options(write=True) as connection,
        connection.begin() as database,
    ):
        yield connection, database
