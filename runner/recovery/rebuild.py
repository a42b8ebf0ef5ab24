"""The rebuild of the database from the ledger."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.errors import ConflictError, InputError, IntegrityError
from core.files import sync_folder
from core.language import Message, joined, plural
from core.ledger_bodies import LedgerReplayed
from core.path_names import numbered
from runner.home.runner_identity import how_to_stop, runner_status
from runner.recovery.verification import (
    copy_database,
    differences_from_backups,
    known_hashes,
    lost_lines,
)
from runner.store import Store
from runner.store.write_lock import write_lock

if TYPE_CHECKING:
    from core.paths import Home
    from core.people import Person


def replay(home: Home, by: Person, now: datetime) -> Message:
    """Rebuild the database from the ledger; the old one is kept under a numbered name.

    It trusts the file alone, so it is refused if database or a backup has lines that the
    file lacks. The replay is itself recorded in the ledger.

    :returns: one sentence for a terminal.
    :raises ConflictError: a runner is alive.
    :raises InputError: there is no ledger.
    :raises IntegrityError: the ledger is corrupt, truncated or rewritten.
    """
    require_no_runner(home)
    if not home.ledger.exists():
        raise InputError(
            Message("There is no ledger {path}.", path=str(home.ledger)),
            Message("Restore one from a backup: trainweek ledger restore"),
        )
    with write_lock(home):  # a writer's line comes before its commit
        known = _lines_of_database(home)
    new = home.database.with_suffix(".replay.db")
    for name in with_journals(new):
        name.unlink(missing_ok=True)  # of a replay that was killed
    Store(home, database=new).require_sound()  # reads and verifies the whole chain
    lines = _require_all_lines(home, new, known)  # before a file is moved
    with write_lock(home):
        kept = replace_database(home, new, "before-replay")
    with Store(home).write() as transaction:
        body = LedgerReplayed(lines=lines, kept=[home.relative(kept)] if kept else [])
        transaction.append(body, by=by, at=now, at_week=now)
    rebuilt = plural(
        "{file} rebuilt from {n:,} ledger line.",
        "{file} rebuilt from {n:,} ledger lines.",
        lines,
        file=home.relative(home.database),
    )
    if kept is None:
        return rebuilt
    return joined([rebuilt, Message("The old one is {file}.", file=home.relative(kept))])


def require_no_runner(home: Home) -> None:
    """Raise ConflictError if a runner is alive."""
    status = runner_status(home, datetime.now(UTC))
    if status.alive:
        raise ConflictError(
            Message("A runner (pid {pid}) uses this data directory.", pid=str(status.pid)),
            Message("Stop it and retry: {command}", command=how_to_stop(home)),
        )


def _lines_of_database(home: Home) -> list[str]:
    """The hashes of the lines that the present database has."""
    with TemporaryDirectory(prefix="trainweek-replay-") as scratch:
        copy = Path(scratch) / "copy.db"
        if home.database.exists() and (copy_database(home.database, copy) is not None):
            shutil.copyfile(home.database, copy)  # damaged: use what can be read of it
        return known_hashes(copy) or []


def _require_all_lines(home: Home, rebuilt: Path, known: list[str]) -> int:
    """How many lines the rebuilt database has.

    :param known: hashes of the lines that the present one has.
    :raises IntegrityError: it or a backup has different or more lines.
    """
    sums = known_hashes(rebuilt) or []
    if problems := lost_lines(sums, known) + differences_from_backups(home, sums):
        for name in with_journals(rebuilt):
            name.unlink(missing_ok=True)
        raise IntegrityError(
            Message("{problem} A replay would lose acknowledged lines.", problem=problems[0].what),
            Message("Use `trainweek ledger restore`, which keeps every line that can be verified."),
        )
    return len(sums)


def replace_database(home: Home, new: Path, why: str) -> Path | None:
    """Replace the database with ``new``; the caller holds the store's lock.

    :returns: where the old one is kept, with its journals; None if there was none.
    """
    kept = None
    if home.database.exists():
        kept = numbered(home.database.with_suffix(f".{why}.db"))
        for old, name in zip(with_journals(home.database), with_journals(kept), strict=True):
            if old.exists():
                old.rename(name)
    else:  # a journal without its database is useless
        for left in with_journals(home.database):
            left.unlink(missing_ok=True)
    new.replace(home.database)
    sync_folder(home.state)
    return kept


def with_journals(database: Path) -> list[Path]:
    """A database and the files that SQLite may keep next to it."""
    return [Path(f"{database}{end}") for end in ("", "-journal", "-wal", "-shm")]
