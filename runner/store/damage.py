"""What can be wrong with a database file, and SQLite's errors in the operator's words."""

from __future__ import annotations

import errno
import os
import pwd
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from core.errors import ConflictError, IntegrityError, SetupError, TrainweekError
from core.paths import Home

_REMEDY = "End the runner, then rebuild it: `trainweek ledger restore`."
_DAMAGE = ("malformed", "not a database", "disk I/O error", "corrupt")


def damage_of(database: Path, home: Home | None = None, timeout_s: float = 5.0) -> str | None:
    """What SQLite finds wrong in a database file; None if it is whole. Changes nothing.

    A file that is empty beside a ledger that is not was cut: only a file that is absent
    is made anew.
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
        ) as look:
            first = look.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        said = str(error)
        # Held by others, or a transaction to roll back first: not for a reader to say.
        return said if any(word in said for word in _DAMAGE) else None
    except sqlite3.DatabaseError as error:
        return str(error)
    said = str(first[0]) if first else "it says nothing"
    return None if said == "ok" else " ".join(said.removeprefix("*** in database main ***").split())


def refuse_damaged(database: Path, home: Home, timeout_s: float) -> None:
    """:raises IntegrityError: the file is damaged."""
    if damage := damage_of(database, home, timeout_s):
        raise IntegrityError(f"The database {database} is damaged ({damage}).", _REMEDY)


@contextmanager
def said_plainly(home: Home) -> Iterator[None]:
    """SQLite's errors, as what the operator must do."""
    try:
        yield
    except TrainweekError:
        raise
    except OSError as error:  # of the ledger
        raise unwritable(home, error) from error
    except OperationalError as error:
        said = str(error.orig)
        if "locked" in said or "busy" in said:
            raise busy() from error
        if "unable to open" in said and _descriptors_are_used_up():
            raise too_many_files() from error
        raise SetupError(
            f"NOT saved: the database {home.database} refused ({said}).",
            "Free disk space or mend the folder's rights, then do it again.",
        ) from error
    except DatabaseError as error:
        if "malformed" not in str(error.orig) and "not a database" not in str(error.orig):
            raise
        raise IntegrityError(
            f"The database {home.database} is damaged ({error.orig}).", _REMEDY
        ) from error


def busy() -> ConflictError:
    return ConflictError("The store is busy; nothing was saved.", "Do it again in a moment.")


def unwritable(home: Home, error: OSError) -> SetupError:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return too_many_files()
    return SetupError(
        f"NOT saved: the home folder {home.root} can't be written by {user_name()}: "
        f"{error.filename or ''} {error.strerror or error}.",
        "Give that user write permission, or choose another folder with --home.",
    )


def user_name() -> str:
    """Who we are to the files; the environment may name somebody else."""
    uid = os.geteuid()
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def _descriptors_are_used_up() -> bool:
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in (errno.EMFILE, errno.ENFILE)
    return False


def too_many_files() -> SetupError:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return SetupError(
        f"NOT saved: this process has all of its {limit} files open.",
        "Raise the limit (ulimit -n 4096; LimitNOFILE= of a systemd unit), and start it again.",
    )
