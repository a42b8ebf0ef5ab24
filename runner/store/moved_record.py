"""The mark of a data directory whose record was moved to a server: its file is written no more."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.errors import ConflictError
from core.files import write_text
from core.language import Message
from runner.store.write_lock import write_lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.paths import Home


def _mark(home: Home) -> Path:
    return home.state / "record_is_on_a_server"


def require_not_moved(home: Home) -> None:
    """Check that SQLite's file still is the record. The caller holds the write lock.

    :raises ConflictError: the record was moved.
    """
    if _mark(home).exists():
        raise ConflictError(
            Message(
                "NOT saved: the record of {folder} was moved to a database server.",
                folder=str(home.root),
            ),
            Message(
                "Set store_url, or TRAINWEEK_STORE_URL, and start again. To go back to the file,"
                " whose record ends at the move, delete {mark}.",
                mark=str(_mark(home)),
            ),
        )


@contextmanager
def moving_record(home: Home, timeout_s: float) -> Iterator[None]:
    """Keep the ledger file as it is while a server takes it over, and mark it when that is done.

    :raises ConflictError: a runner of this data directory lives, or somebody writes.
    :raises SetupError: the mark can't be written.
    """
    runner = FileLock(home.runner_lock, timeout=0, fallback_to_soft=False)
    try:
        runner.acquire()
    except Timeout as error:
        raise ConflictError(
            Message(
                "The record of {folder} can't move to the database: its runner is active and writes"
                " to SQLite's file.",
                folder=str(home.root),
            ),
            Message("Stop it (trainweek runner --stop), then try again."),
        ) from error
    try:
        with write_lock(home, timeout_s):
            yield
            write_text(_mark(home), "See docs/cluster.md\n")
    finally:
        runner.release()
