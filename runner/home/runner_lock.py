"""The lock that allows one runner on a machine in a data directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.errors import ConflictError, SetupError
from core.language import Message
from core.timestamps import iso
from runner.home.runner_identity import how_to_stop, read_identity

if TYPE_CHECKING:
    from core.paths import Home


def runner_lock(home: Home, take_over: bool) -> FileLock:
    """Take the lock.

    :param take_over: from a runner that hangs.
    :raises ConflictError: another runner has it; names its host, pid and start.
    :raises SetupError: the file can't be locked.
    """
    if take_over:
        home.runner_lock.unlink(missing_ok=True)  # the old holder's lock is then without effect
    lock = FileLock(home.runner_lock, timeout=0, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        other = read_identity(home)
        active = (
            Message(
                "A runner is already active for {folder}: on {host}, pid {pid}, since {time}.",
                folder=str(home.root),
                host=other.host,
                pid=str(other.process.pid),
                time=iso(other.since),
            )
            if other
            else Message("A runner is already active for {folder}.", folder=str(home.root))
        )
        remedy = Message(
            "Use that one, stop it ({command}), or give another --home.", command=how_to_stop(home)
        )
        raise ConflictError(active, remedy) from error
    except OSError as error:
        raise SetupError(
            Message(
                "{path} can't be locked: {error}.",
                path=str(home.runner_lock),
                error=error.strerror or str(error),
            ),
            Message("The data directory must be on a local disk and writable."),
        ) from error
    return lock
