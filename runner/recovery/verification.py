"""Verification of the ledger against its chain, the database and the backups."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, nullcontext, suppress
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from core.errors import IntegrityError, SetupError
from core.language import Message, literal, plural
from core.paths import Home
from runner.recovery.anchor import line_with, lost_anchor, published_hash
from runner.recovery.claims import Claims, LedgerProblem
from runner.recovery.verify_report import VerifyReport
from runner.store import Store, chain, schema
from runner.store.damage import damage_of
from runner.store.engine import open_engine
from runner.store.kept_backups import backups
from runner.store.migrate import migrate
from runner.store.proofs import Proofs
from runner.store.write_lock import write_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

_RESTORE = Message("Stop the runner, then: trainweek ledger restore")
_REPLAY = Message("Stop the runner, then: trainweek ledger replay")
_REBUILD = Message("Start the runner, or: trainweek ledger replay")


def verify_ledger(
    home: Home, tables: bool = False, anchor: str | None = None, proofs_from: int = 1
) -> VerifyReport:
    """Verify the chain of the whole file; compare it with database and backups.

    Reads only: nothing is repaired, not even a database that only lacks the newest lines.

    :param tables: also rebuild the database in a temporary folder and compare every table:
        it finds a row that was changed in the database only.
    :param anchor: the hash of a line, or its first digits, as it was published outside.
    :param proofs_from: the first line whose acts of signed-in people must be proved.
    :raises InputError: the anchor is no such hash.
    :raises ConflictError: writers kept the store busy.
    """
    path, wanted = home.ledger, None if anchor is None else published_hash(anchor)
    with TemporaryDirectory(prefix="trainweek-verify-") as scratch:
        # Between a writer's line and its commit file and database differ, so writers are
        # locked out while both are copied, but not while the long file is read.
        copy = Path(scratch) / "copy.db"
        with writers_locked_out(home):
            size = path.stat().st_size if path.exists() else 0
            damage = damage_of(home.database, home) or copy_database(home.database, copy)
        claims = Claims(Proofs(home).read_once(), proofs_from)
        digest = hashlib.sha256()
        sums, problems, broken, end = _chain(path, size, claims, digest)
        known = known_hashes(copy) if damage is None else None
        if damage is not None:
            problems.append(
                LedgerProblem(
                    "damaged",
                    Message("The database is damaged: {problem}.", problem=damage),
                    _RESTORE,
                )
            )
        elif known is None:
            if sums:
                problems.append(LedgerProblem("behind", Message("There is no database."), _REBUILD))
        else:
            problems += _difference(sums, known, broken)
        problems += differences_from_backups(home, sums)
        found = None if wanted is None else line_with(sums, wanted)
        if wanted is not None and found is None:
            problems.append(lost_anchor(wanted))
        if tables and sums and not problems and known is not None:
            problems += _tables(home, copy, size, Path(scratch))
        problems += claims.problems()
    head = sums[-1] if sums else None
    prefix = digest.hexdigest()
    return VerifyReport(home.relative(path), len(sums), tuple(problems), head, found, end, prefix)


def writers_locked_out(home: Home) -> AbstractContextManager[None]:
    """The store's lock. A data directory that can't be written has no writers, and needs none."""
    lock = home.database.with_suffix(".lock")
    return write_lock(home) if lock.exists() and os.access(lock, os.W_OK) else nullcontext()


def copy_database(database: Path, copy: Path) -> str | None:
    """Copy the database, if there is one; returns the error if that fails."""
    if not database.exists():
        return None
    journal = Path(f"{database}-journal")
    if journal.exists() and journal.stat().st_size:
        # Left by an interrupted write: SQLite rolls it back in the copy, not here.
        shutil.copyfile(database, copy)
        shutil.copyfile(journal, f"{copy}-journal")
        return None
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        try:
            source.backup(target)
        except sqlite3.DatabaseError as error:
            return str(error)
    return None


def _chain(
    path: Path, size: int, claims: Claims, digest: hashlib._Hash
) -> tuple[list[str], list[LedgerProblem], bool, int]:
    """The hashes of the lines of the intact chain, the problem after them, whether the chain is
    broken there (lines after that were not read), and where it ends.

    :param digest: gets the bytes of its lines as they were read.
    """
    sums: list[str] = []
    end = 0
    try:
        for line in chain.read_lines(_raw_lines(path, size, digest)):
            sums.append(line.sha256)
            claims.read(line.fields)
            end = line.end
    except IntegrityError as error:
        return sums, [LedgerProblem("corrupt", literal(error.what), _RESTORE)], True, end
    if size > end:
        torn = plural(
            "The last {n} byte is not a complete line: its write was interrupted, or the file"
            " was truncated.",
            "The last {n} bytes are not a complete line: their write was interrupted, or the file"
            " was truncated.",
            size - end,
        )
        return sums, [LedgerProblem("corrupt", torn, _RESTORE)], False, end
    return sums, [], False, end


def _raw_lines(path: Path, size: int, digest: hashlib._Hash) -> Iterator[bytes]:
    """The lines within the first ``size`` bytes: later ones were written since."""
    if not path.exists():
        return
    with path.open("rb") as file:
        left = size
        while left > 0 and (raw := file.readline(left)):
            left -= len(raw)
            digest.update(raw)
            yield raw


def known_hashes(database: Path) -> list[str] | None:
    """The hashes of the database's ledger lines; None without a database."""
    if not database.exists():
        return None
    sums: list[str] = []
    # Empty if its first opening was killed; damaged: as far as it can be read.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database)) as connection:
        for (sha256,) in connection.execute("SELECT sha256 FROM ledger ORDER BY seq"):
            sums.append(sha256)
    return sums


def _difference(sums: list[str], known: list[str], broken: bool) -> list[LedgerProblem]:
    problems = lost_lines(sums, known[: len(sums)] if broken else known)
    if len(known) < len(sums) and not broken:
        lacks = Message(
            "{counts}: the database lacks the newest ones.", counts=_counts(sums, known)
        )
        problems.append(LedgerProblem("behind", lacks, _REBUILD))
    return problems


def lost_lines(sums: list[str], known: list[str]) -> list[LedgerProblem]:
    """Ledger lines that the database has but the file lacks."""
    problems = []
    for seq, (mine, theirs) in enumerate(zip(sums, known, strict=False), start=1):
        if mine != theirs:
            differs = Message("Line {line:,} differs from the database.", line=seq)
            problems.append(LedgerProblem("corrupt", differs, _RESTORE))
            break
    if len(known) > len(sums):
        truncated = Message("{counts}: the file was truncated.", counts=_counts(sums, known))
        problems.append(LedgerProblem("corrupt", truncated, _RESTORE))
    return problems


def _counts(sums: list[str], known: list[str]) -> Message:
    return plural(
        "The database has {n:,} line, the file {file:,}",
        "The database has {n:,} lines, the file {file:,}",
        len(known),
        file=len(sums),
    )


def differences_from_backups(home: Home, sums: list[str]) -> list[LedgerProblem]:
    """The first backup that has another line than the file.

    If file and database were rewritten together, they still differ from their backups.
    """
    for backup in backups(home):
        if backup.lines and sums[backup.lines - 1 : backup.lines] != [backup.head]:
            rewritten = Message(
                "The backup of {time:%Y-%m-%d %H:%M} UTC has another line {line:,}: the file was truncated or"
                " rewritten since.",
                time=backup.at,
                line=backup.lines,
            )
            return [LedgerProblem("corrupt", rewritten, _RESTORE)]
    return []


def _tables(home: Home, copy: Path, size: int, scratch: Path) -> list[LedgerProblem]:
    """The tables that differ from those rebuilt from the ledger."""
    rebuilt = Home(scratch / "rebuilt")
    rebuilt.ledger.parent.mkdir(parents=True)
    rebuilt.ledger.touch(mode=0o600)
    with home.ledger.open("rb") as file:
        rebuilt.ledger.write_bytes(file.read(size))
    Store(rebuilt, proofs=Proofs(home)).require_sound()
    # The copy: a verification leaves an older schema as it is; a newer one is compared as it is.
    with suppress(SetupError):
        migrate(open_engine(copy), copy)
    problems = []
    with (
        closing(sqlite3.connect(copy)) as mine,
        closing(sqlite3.connect(rebuilt.database)) as theirs,
    ):
        for table in schema.metadata.sorted_tables:
            key = ", ".join(f'"{column.name}"' for column in table.primary_key)
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            query = f'SELECT {names} FROM "{table.name}" ORDER BY {key}'
            rows = (mine.execute(query), theirs.execute(query))
            problems += differing_rows(table.name, *rows, _REPLAY)
    return problems


def differing_rows(
    table: str, mine: Iterable[object], rebuilt: Iterable[object], remedy: Message
) -> list[LedgerProblem]:
    """The problem of a table whose rows are not those rebuilt from the ledger; both in one order."""
    wrong = sum(one != other for one, other in zip_longest(mine, rebuilt))
    if not wrong:
        return []
    changed = plural(
        "{n} row of table {table} differs from the ledger: it was changed in the database only.",
        "{n} rows of table {table} differ from the ledger: they were changed in the database only.",
        wrong,
        table=table,
    )
    return [LedgerProblem("corrupt", changed, remedy)]
