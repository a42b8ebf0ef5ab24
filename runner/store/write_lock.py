"""The lock that allows one writer at a time in the store of a data directory."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from runner.files import BUSY_TIMEOUT_S
from runner.store.damage import busy, unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.paths import Home


@contextmanager
def write_lock(home: Home, timeout_s: float = BUSY_TIMEOUT_S) -> Iterator[None]:
    """Lock out all other writers, of this process and of others.

    :raises ConflictError: it waited longer than the timeout.
    :raises SetupError: the lock file can't be written.
    """
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
