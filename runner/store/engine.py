"""How the database is opened, and in which mode of SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import Engine, NullPool, create_engine, event, text

from core.language import Message
from runner.files import BUSY_TIMEOUT_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.engine import Connection, RootTransaction

WAL_SAFE_SINCE = (3, 51, 3)


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> tuple[str, str]:
    """``(journal_mode, synchronous)`` for this SQLite.

    Before 3.51.3 the write-ahead log can corrupt a database with two connections
    (sqlite.org/wal.html#walresetbug). The rollback journal has no such bug; EXTRA also
    syncs its folder, so that an acknowledged commit survives a power loss.
    """
    return ("WAL", "FULL") if version >= WAL_SAFE_SINCE else ("DELETE", "EXTRA")


def described_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> Message:
    """The mode and its reason, in one sentence."""
    number = ".".join(map(str, version))
    journal, synchronous = journal_mode(version)
    if journal == "WAL":
        return Message(
            "SQLite {version}: write-ahead log, synchronous {synchronous}.",
            version=number,
            synchronous=synchronous,
        )
    safe = ".".join(map(str, WAL_SAFE_SINCE))
    return Message(
        "SQLite {version}: rollback journal ({journal}), synchronous {synchronous}, because the "
        "write-ahead log of versions before {safe} can corrupt a database.",
        version=number,
        journal=journal,
        synchronous=synchronous,
        safe=safe,
    )


def open_engine(database: Path, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine whose transactions begin with a real BEGIN.

    ``execution_options(write=True)`` makes it BEGIN IMMEDIATE: a transaction that
    reads first and writes later would otherwise fail at once, whatever the timeout.
    Connections are opened per transaction, so none crosses a fork, and every process
    uses a rebuilt database at once.
    """
    engine = create_engine(
        f"sqlite:///{database}",
        poolclass=NullPool,
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
    )
    journal, synchronous = journal_mode()

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # else the driver decides when to BEGIN
        connection.execute(f"PRAGMA journal_mode={journal}")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


# Pages ask for lines of a few kinds among all of the past. Not a migration: the tables and what
# an older version reads are the same with and without it.
_INDEX = "ix_ledger_kind"


def added_index(connection: Connection) -> bool:
    """Add the index over the kinds of ledger lines if it is missing; whether it was."""
    known = text("SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name")
    if connection.scalar(known, {"name": _INDEX}):
        return False
    connection.exec_driver_sql(f"CREATE INDEX {_INDEX} ON ledger (kind)")
    return True


@contextmanager
def immediate(engine: Engine) -> Iterator[tuple[Connection, RootTransaction]]:
    """A write transaction, which commits at the end of the block."""
    with (
        engine.connect().execution_options(write=True) as connection,
        connection.begin() as database,
    ):
        yield connection, database
