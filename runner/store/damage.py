"""Problems of a database file, and SQLite's errors as errors for the operator."""

from __future__ import annotations

import errno
import os
import pwd
import resource
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import ConflictError, IntegrityError, SetupError, TrainweekError
from core.language import Message
from core.path_names import no_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.paths import Home

_REMEDY = Message("Stop the runner, then rebuild it: trainweek ledger restore")
_RETRY = Message("Free disk space or fix the folder's permissions, then retry.")
_DAMAGE = ("malformed", "not a database", "disk I/O error", "corrupt")


def damage_of(
    database: Path, home: Home | None = None, timeout_s: float = 5.0, *, quick: bool = False
) -> str | None:
    """The problem that SQLite finds in a database file; None if it is intact. Changes nothing.

    An empty file next to a ledger with lines counts as damaged: only a missing file is
    created.

    :param quick: leave out whether each index has each row of its table: a third of the time.
    """
    if not database.exists():
        return None
    if not database.stat().st_size:
        ledger = home.ledger if home is not None else None
        cut = ledger is not None and ledger.exists() and ledger.stat().st_size
        return "the file is empty" if cut else None
    try:
        with closing(
            sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=timeout_s)
        ) as connection:
            check = "quick_check" if quick else "integrity_check"
            first = connection.execute(f"PRAGMA {check}(1)").fetchone()
    except sqlite3.OperationalError as error:
        text = str(error)
        # Locked, or a transaction has to be rolled back first: a reader can't tell.
        return text if any(word in text for word in _DAMAGE) else None
    except sqlite3.DatabaseError as error:
        return str(error)
    text = str(first[0]) if first else f"no result of {check}"
    return None if text == "ok" else " ".join(text.removeprefix("*** in database main ***").split())


def refuse_damaged(database: Path, home: Home, timeout_s: float) -> None:
    """Raise IntegrityError if the database file is damaged."""
    if damage := damage_of(database, home, timeout_s, quick=True):
        raise IntegrityError(_damaged(database, damage), _REMEDY)


@contextmanager
def operator_errors(home: Home) -> Iterator[None]:
    """Raise SQLite's errors as ours.

    :raises ConflictError: the database is locked.
    :raises SetupError: the disk refused, or the process has too many open files.
    :raises IntegrityError: the database is damaged.
    """
    try:
        yield
    except TrainweekError:
        raise
    except OSError as error:  # of the ledger
        raise unwritable(home, error) from error
    except OperationalError as error:
        text = str(error.orig)
        if "locked" in text or "busy" in text:
            raise busy() from error
        if "unable to open" in text and _out_of_descriptors():
            raise too_many_files() from error
        raise SetupError(
            Message(
                "NOT saved: the database {path} can't be written ({error}).",
                path=str(home.database),
                error=text,
            ),
            _RETRY,
        ) from error
    except DatabaseError as error:
        if "malformed" not in str(error.orig) and "not a database" not in str(error.orig):
            raise
        raise IntegrityError(_damaged(home.database, str(error.orig)), _REMEDY) from error


def _damaged(database: Path, problem: str) -> Message:
    return Message(
        "The database {path} is damaged ({problem}).", path=str(database), problem=problem
    )


def busy() -> ConflictError:
    """The error for a write that waited too long for other writers."""
    return ConflictError(
        Message("The store is busy; nothing was saved."), Message("Retry in a moment.")
    )


def unwritable(home: Home, error: OSError) -> SetupError:
    """The error for a data directory that can't be written."""
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return too_many_files()
    if error.errno in (errno.ENOTDIR, errno.EEXIST):  # a file where a folder has to be
        return no_folder(Path(error.filename or home.root) if home.root.is_dir() else home.root)
    return SetupError(
        Message(
            "NOT saved: {user} can't write to the data directory {folder}: {error}.",
            user=user_name(),
            folder=str(home.root),
            error=f"{error.filename or ''} {error.strerror or error}".strip(),
        ),
        Message("Give that user write permission, or choose another folder with --home."),
    )


def user_name() -> str:
    """The user that file permissions apply to; the environment may name another one."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _out_of_descriptors() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def too_many_files() -> SetupError:
    """The error for a process that has no file descriptors left."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return SetupError(
        Message(
            "NOT saved: this process has reached its limit of {limit:,} open files.", limit=limit
        ),
        Message(
            "Raise the limit (ulimit -n 4096; LimitNOFILE= of a systemd unit), then restart it."
        ),
    )
