"""Backups: database and ledger as one consistent pair, made while other processes write.

A backup is a folder ``logs/state/backups/20260223T140000Z`` with ``trainweek.db``,
``audit.jsonl`` and ``backup.json``. The database is copied by SQLite's own backup, which
sees one commit; the ledger is copied up to the byte recorded in this commit, which is on
the disk before it. The folder is verified, then renamed to its final name: it is complete
or absent. The runner makes one with ``python -m runner.store.backup --home DIR``, in a
short process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from core.errors import ConflictError, InputError, IntegrityError, SetupError, TrainweekError
from core.files import file_sha256, sync_folder, write_json
from core.language import Message
from core.paths import Home
from core.timestamps import iso, parse_moment
from runner.failpoints import fail_here
from runner.store import chain
from runner.store.damage import damage_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE, LEDGER, MANIFEST = "trainweek.db", "audit.jsonl", "backup.json"
_NAME = "%Y%m%dT%H%M%SZ"
LATE = 2  # intervals without a backup, after which something is wrong
LEAST = 24  # newest backups that are kept regardless of age
_PLAUSIBLE = timedelta(days=1)  # how far the clock may be ahead of the newest ledger line


@dataclass(frozen=True)
class StoreBackup:
    """A complete backup, as its manifest describes it."""

    folder: Path
    at: datetime  # real
    lines: int  # of the ledger
    head: str  # the hash of the last one
    size: int  # bytes of the ledger
    sums: dict[str, str]  # SHA-256 of each file

    @property
    def database(self) -> Path:
        """The copy of the database file."""
        return self.folder / DATABASE

    @property
    def ledger(self) -> Path:
        """The copy of the ledger file."""
        return self.folder / LEDGER


def make_backup(home: Home, now: datetime, keep: timedelta, least: int = LEAST) -> StoreBackup:
    """Copy, verify, then remove backups older than ``keep``.

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
        _prune(home, made, keep, least)
    return made


def backups(home: Home) -> list[StoreBackup]:
    """Every complete backup, newest first. Their hashes are not verified here."""
    found = [_read(path.parent) for path in home.backups.glob(f"[0-9]*/{MANIFEST}")]
    return sorted(filter(None, found), key=lambda backup: backup.at, reverse=True)


def verify_backup(backup: StoreBackup) -> None:
    """Verify the hash of each file.

    :raises IntegrityError: a file is missing or changed.
    """
    for name, sha256 in backup.sums.items():
        path = backup.folder / name
        if not path.is_file() or file_sha256(path) != sha256:
            raise IntegrityError(
                Message("{path} is missing or changed.", path=str(path)),
                Message("Use another backup."),
            )


def _copy(home: Home, folder: Path, now: datetime) -> StoreBackup:
    database, ledger = folder / DATABASE, folder / LEDGER
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
    if size:
        with home.ledger.open("rb") as source_file, ledger.open("wb") as target:
            shutil.copyfileobj(_Head(source_file, size), target)
    else:
        ledger.touch()
    read = list(chain.read(ledger))
    if len(read) != lines or (read and read[-1].sha256 != last):
        raise IntegrityError(
            Message(
                "{ledger} and {database} disagree, so no backup was made.",
                ledger=str(home.ledger),
                database=str(home.database),
            ),
            Message("Run `trainweek ledger verify`."),
        )
    for path in (database, ledger):
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    sums = {path.name: file_sha256(path) for path in (database, ledger)}
    manifest = {"at": iso(now), "lines": lines, "head": last, "size": size, "sha256": sums}
    write_json(folder / MANIFEST, manifest)
    return StoreBackup(folder, now, lines, last, size, sums)


class _Head:
    """The first bytes of a file that may grow during the copy."""

    def __init__(self, file: Any, size: int) -> None:
        self._file, self._left = file, size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        block: bytes = self._file.read(wanted)
        self._left -= len(block)
        return block


def _read(folder: Path) -> StoreBackup | None:
    try:
        stored = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return StoreBackup(
            folder,
            parse_moment(stored["at"]),
            int(stored["lines"]),
            str(stored["head"]),
            int(stored["size"]),
            {str(name): str(sha256) for name, sha256 in stored["sha256"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InputError):
        return None


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
            Message(
                "{path} can't be written: {error}.",
                path=str(home.backups),
                error=error.strerror or str(error),
            ),
            Message("Fix its permissions."),
        ) from error
    try:
        yield
    finally:
        lock.release()


def _prune(home: Home, made: StoreBackup, keep: timedelta, least: int) -> None:
    """Remove old backups, but not by an implausible clock.

    With a clock that is a month ahead all backups but the new one would be removed. So the
    age of a backup that lacks lines of ``made`` is taken from the newest line's time; one
    with the same lines is only one more copy.
    """
    written = _last_moment(made)
    plausible = min(made.at, written + _PLAUSIBLE) if written else made.at
    for old in backups(home)[least:]:
        now = made.at if old.head == made.head else plausible
        if old.at < now - keep:
            shutil.rmtree(old.folder, ignore_errors=True)


def _last_moment(backup: StoreBackup) -> datetime | None:
    """Real time of its last ledger line."""
    last = backup.ledger.read_bytes().rstrip().rpartition(b"\n")[2]
    return parse_moment(str(json.loads(last)["at"])) if last else None


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
