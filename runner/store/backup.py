"""Backups: database and ledger as one consistent pair, made while other processes write.

A backup is a folder ``logs/state/backups/20260223T140000Z`` with ``trainweek.db``,
``audit.jsonl.00000`` and so on, and ``backup.json``. The database is copied by SQLite's own
backup, which sees one commit; the ledger is copied up to the byte recorded in this commit,
which is on the disk before it. It is kept in parts: a full part never changes again, so
backups share it as one file. The folder is verified, then renamed to its final name: it is complete
or absent. The runner makes one with ``python -m runner.store.backup --home DIR``, in a
short process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sqlite3
import sys
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from core.errors import ConflictError, InputError, IntegrityError, SetupError, TrainweekError
from core.files import file_sha256, sync_folder, write_json, write_problem
from core.language import Message
from core.paths import Home
from core.timestamps import iso
from runner.failpoints import fail_here
from runner.store import chain
from runner.store.damage import damage_of
from runner.store.kept_backups import DATABASE, LEDGER, MANIFEST, StoreBackup, backups
from runner.store.thinned_backups import thin_out

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = "%Y%m%dT%H%M%SZ"
LEAST = 24  # newest backups that are kept regardless of age
PART = 2 << 20  # bytes of a file of the ledger: what fills one never changes again


def make_backup(home: Home, now: datetime, keep: timedelta, least: int = LEAST) -> StoreBackup:
    """Copy, verify, then thin out the backups older than ``keep``.

    :param least: this many of the newest are always kept.
    :raises InputError: there is no database yet.
    :raises ConflictError: another backup is being made.
    :raises IntegrityError: the copy, and so the database, is damaged; older backups stay.
    :raises SetupError: no disk space or no permission.
    """
    if not home.database.exists():
        raise InputError(
            Message("There is no database {path}.", path=str(home.database)),
            Message("There is nothing to back up yet."),
        )
    final = home.backups / now.astimezone(UTC).strftime(_NAME)
    partial = final.with_name(f".{final.name}.partial")
    with _exclusive(home):
        for left in home.backups.glob(".*.partial"):  # of one that was killed
            shutil.rmtree(left, ignore_errors=True)
        try:
            partial.mkdir(mode=0o700)
            made = _copy(home, partial, now)
            sync_folder(partial)
            fail_here("before_backup_is_named")
            if final.exists():  # two within one second
                shutil.rmtree(final)
            partial.rename(final)
            sync_folder(home.backups)
        except OSError as error:
            raise SetupError(
                Message(
                    "No backup was made in {folder}: {error}.",
                    folder=str(home.backups),
                    error=error.strerror or str(error),
                ),
                Message("Free disk space or fix its permissions; older backups are intact."),
            ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        made = replace(made, folder=final)
        thin_out(home, made, keep, least)
    return made


def _copy(home: Home, folder: Path, now: datetime) -> StoreBackup:
    database = folder / DATABASE
    with (
        closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(database)) as copy,
    ):
        try:
            source.backup(copy)
            head = copy.execute(
                'SELECT seq, sha256, "end" FROM ledger ORDER BY seq DESC LIMIT 1'
            ).fetchone()
        except sqlite3.DatabaseError as error:
            raise IntegrityError(
                Message(
                    "{path} could not be copied: {error}.",
                    path=str(home.database),
                    error=str(error),
                ),
                Message("Run `trainweek doctor`."),
            ) from error
    lines, last, size = head or (0, chain.START, 0)
    if damage := damage_of(database):
        raise IntegrityError(
            Message(
                "{path} is damaged, and so is its copy: {problem}.",
                path=str(home.database),
                problem=damage,
            ),
            Message("Stop the runner and rebuild it: trainweek ledger restore"),
        )
    sums = {DATABASE: file_sha256(database), **_copy_ledger(home, folder, size)}
    made = StoreBackup(folder, now, lines, last, size, sums)
    if not _agree(made):
        raise IntegrityError(
            Message(
                "{ledger} and {database} disagree, so no backup was made.",
                ledger=str(home.ledger),
                database=str(home.database),
            ),
            Message("Run `trainweek ledger verify`."),
        )
    _sync(database)
    manifest = {"at": iso(now), "lines": lines, "head": last, "size": size, "sha256": sums}
    write_json(folder / MANIFEST, manifest)
    return made


def _copy_ledger(home: Home, folder: Path, size: int) -> dict[str, str]:
    """Copy its first bytes in parts, and link those that the last backup has; their hashes."""
    last = next(iter(backups(home)), None)
    sums: dict[str, str] = {}
    if not size:
        return sums
    with home.ledger.open("rb") as source:
        for number in range(-(-size // PART)):
            name = f"{LEDGER}.{number:05d}"
            text = source.read(min(PART, size - number * PART))
            sums[name] = hashlib.sha256(text).hexdigest()
            if last is None or not _linked(last, name, sums[name], folder / name):
                (folder / name).write_bytes(text)
                _sync(folder / name)
    return sums


def _linked(last: StoreBackup, name: str, sha256: str, new: Path) -> bool:
    """Share a file of the last backup, if it still has these bytes."""
    old = last.folder / name
    if last.sums.get(name) != sha256:
        return False
    try:
        if file_sha256(old) != sha256:  # damaged on the disk: a fresh copy
            return False
        new.hardlink_to(old)
    except OSError:  # a file system without links, or too many of them
        return False
    return True


def _agree(made: StoreBackup) -> bool:
    """Whether the copies have the same lines: each line's hash is compared with the database's.

    :raises IntegrityError: they have, but no unbroken chain of them: nothing could be restored.
    """
    prev = chain.START
    with closing(sqlite3.connect(made.database)) as copy:
        known = (sha256 for (sha256,) in copy.execute("SELECT sha256 FROM ledger ORDER BY seq"))
        for seq, (raw, sha256) in enumerate(zip_longest(made.lines_of_ledger(), known), start=1):
            if raw is None or chain.stated_hash(raw) != sha256:
                return False
            if not chain.continues(raw, seq, prev):
                raise chain.not_continued(seq)
            prev = sha256
    return True


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _exclusive(home: Home) -> Iterator[None]:
    lock = FileLock(home.backups / "backup.lock", timeout=0, fallback_to_soft=False)
    try:
        home.backups.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise ConflictError(
            Message("Another backup is in progress."), Message("Wait until it is done.")
        ) from error
    except OSError as error:
        raise SetupError(
            write_problem(home.backups, error),
            Message("Fix its permissions."),
        ) from error
    try:
        yield
    finally:
        lock.release()


def main() -> int:
    """Entry point of the process."""
    parser = argparse.ArgumentParser(description="Back up database and ledger.")
    parser.add_argument("--home", required=True)
    parser.add_argument("--keep-s", type=float, required=True)
    given = parser.parse_args()
    try:
        made = make_backup(
            Home.find(given.home), datetime.now(UTC), timedelta(seconds=given.keep_s)
        )
    except TrainweekError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{made.folder}: {made.lines:,} ledger lines")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
