"""Verify the ledger, and rebuild the database from it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import ConflictError, InputError, IntegrityError
from core.files import sync_folder
from core.paths import Home, numbered
from core.people import Person
from runner.home.runner_identity import how_to_end, runner_status
from runner.store import Store, chain, schema
from runner.store.backup import backups
from runner.store.damage import damage_of


@dataclass(frozen=True)
class VerifyReport:
    """What was found in ledger and database."""

    ledger: str
    lines: int  # complete lines that follow from each other
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems

    def text(self) -> str:
        """For a terminal: one line, or one a problem."""
        if self.ok:
            return f"{self.ledger}: {self.lines} lines, chain intact, database in step."
        return "\n".join(
            [
                f"{self.ledger}: {self.lines} intact lines, then trouble:",
                *(f"  {problem}" for problem in self.problems),
            ]
        )


def verify_ledger(home: Home, tables: bool = False) -> VerifyReport:
    """Follow the chain through the whole file; compare it with database and backups.

    Reads only: neither file is repaired, not even a database that is merely behind.

    :param tables: also rebuild the database beside and compare every table with it: it
        finds a row that somebody changed in the database alone.
    """
    path = home.ledger
    with TemporaryDirectory(prefix="trainweek-verify-") as beside:
        # Between a writer's line and its commit the two differ for a moment: keep writers
        # out while both are looked at, not while a long file is read.
        copy = Path(beside) / "seen.db"
        locked = home.database.with_suffix(".lock").exists()
        with Store.lock(home) if locked else nullcontext():
            size = path.stat().st_size if path.exists() else 0
            damage = damage_of(home.database, home) or _copied(home.database, copy)
        sums, problems, broken = _chain(path, size)
        known = _sums(copy) if damage is None else None
        if damage is not None:
            problems.append(f"The database is damaged: {damage}. `trainweek ledger restore`.")
        elif known is None:
            if sums:
                problems.append("There is no database; opening the home or a replay rebuilds it.")
        else:
            problems += _difference(sums, known, broken)
        problems += _against_backups(home, sums)
        if tables and not problems and known is not None:
            problems += _tables(home, copy, size, Path(beside))
    return VerifyReport(home.relative(path), len(sums), tuple(problems))


def replay(home: Home, by: Person, now: datetime) -> str:
    """Rebuild the database from the ledger; the old one is kept under a numbered name.

    It takes the file for the whole truth, so it is refused where database or a backup
    knows better. The replay is itself a line of the ledger.

    :returns: one sentence of what was done.
    :raises ConflictError: a runner is alive.
    :raises IntegrityError: the ledger itself is broken, was cut, or was rewritten.
    """
    refuse_beside_a_runner(home)
    if not home.ledger.exists():
        raise InputError(f"There is no ledger {home.ledger}.", "Nothing can be rebuilt from it.")
    with Store.lock(home):  # a writer's line comes before its commit
        lines = _require_all_lines(home)  # whatever is wrong is found before anything moves
    new = home.database.with_suffix(".replay.db")
    for name in with_journals(new):
        name.unlink(missing_ok=True)  # of a replay that was killed
    Store(home, database=new).require_sound()
    with Store.lock(home):
        kept = replace_database(home, new, "before-replay")
    was = f"; the old one is {home.relative(kept)}" if kept else ""
    with Store(home).write() as transaction:
        body = {
            "action": "replay",
            "lines": lines,
            "kept": [home.relative(kept)] if kept else [],
        }
        transaction.append("store", body, by=by, at=now, at_week=now)
    return f"{home.relative(home.database)} rebuilt from {lines} ledger lines{was}."


def refuse_beside_a_runner(home: Home) -> None:
    """:raises ConflictError: a runner is alive."""
    status = runner_status(home, datetime.now(UTC))
    if status.alive:
        raise ConflictError(
            f"A runner (pid {status.pid}) works on this home.",
            f"End it, then do it again: {how_to_end(home)}",
        )


def _require_all_lines(home: Home) -> int:
    """How many lines the file has.

    :raises IntegrityError: its chain is broken; database or a backup has other lines, or more.
    """
    sums = [line.sha256 for line in chain.read(home.ledger)]
    with TemporaryDirectory(prefix="trainweek-replay-") as beside:
        copy = Path(beside) / "seen.db"
        if home.database.exists() and (_copied(home.database, copy) is not None):
            shutil.copyfile(home.database, copy)  # damaged: what can be read of it counts
        known = _sums(copy) or []
    if problems := _lost(sums, known) + _against_backups(home, sums):
        raise IntegrityError(
            f"{problems[0]} A replay would lose what was acknowledged.",
            "Bring it back with `trainweek ledger restore`, which keeps every line that can be"
            " proven.",
        )
    return len(sums)


def replace_database(home: Home, new: Path, why: str) -> Path | None:
    """Put ``new`` in the database's place, under the store's lock.

    :returns: where the old one is kept, with its journals; None if there was none.
    """
    kept = None
    if home.database.exists():
        kept = numbered(home.database.with_suffix(f".{why}.db"))
        for old, name in zip(with_journals(home.database), with_journals(kept), strict=True):
            if old.exists():
                old.rename(name)
    else:  # a journal without its database belongs to nothing
        for left in with_journals(home.database):
            left.unlink(missing_ok=True)
    new.replace(home.database)
    sync_folder(home.state)
    return kept


def with_journals(database: Path) -> list[Path]:
    """A database and the files that SQLite may keep beside it."""
    return [Path(f"{database}{end}") for end in ("", "-journal", "-wal", "-shm")]


def _copied(database: Path, copy: Path) -> str | None:
    """Copy the database, if there is one; what stands in the way of it."""
    if not database.exists():
        return None
    journal = Path(f"{database}-journal")
    if journal.exists() and journal.stat().st_size:
        # Of a write that was cut off: SQLite rolls it back in the copy, not here.
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


def _chain(path: Path, size: int) -> tuple[list[str], list[str], bool]:
    """The sums of the lines that follow from each other, what is wrong behind them, and
    whether that is a broken chain: lines behind it were not looked at."""
    sums: list[str] = []
    end = 0
    try:
        for line in chain.read(path):
            if line.end > size:
                break  # written while we read
            sums.append(line.sha256)
            end = line.end
    except IntegrityError as error:
        return sums, [error.what], True
    if size > end:
        cut = "its write was cut off, or the file was."
        return sums, [f"The last {size - end} bytes are no complete line: {cut}"], False
    return sums, [], False


def _sums(database: Path) -> list[str] | None:
    if not database.exists():
        return None
    sums: list[str] = []
    # An empty one, for its first opening was killed; or damaged: as far as it can be read.
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(database)) as connection:
        for (sha256,) in connection.execute("SELECT sha256 FROM ledger ORDER BY seq"):
            sums.append(sha256)
    return sums


def _difference(sums: list[str], known: list[str], broken: bool) -> list[str]:
    problems = _lost(sums, known[: len(sums)] if broken else known)
    if len(known) < len(sums) and not broken:
        counts = _counts(sums, known)
        problems.append(f"{counts}: the database is behind; opening the home brings it up.")
    return problems


def _lost(sums: list[str], known: list[str]) -> list[str]:
    """What the database saw and the file has not."""
    problems = []
    for seq, (mine, theirs) in enumerate(zip(sums, known, strict=False), start=1):
        if mine != theirs:
            problems.append(f"Line {seq} is another one than the database saw.")
            break
    if len(known) > len(sums):
        problems.append(f"{_counts(sums, known)}: the file was cut.")
    return problems


def _counts(sums: list[str], known: list[str]) -> str:
    return f"The database has {len(known)} lines, the file {len(sums)}"


def _against_backups(home: Home, sums: list[str]) -> list[str]:
    """File and database that were rewritten together still disagree with their backups."""
    for backup in backups(home):
        if backup.lines and sums[backup.lines - 1 : backup.lines] != [backup.head]:
            return [
                f"The backup of {backup.at:%Y-%m-%d %H:%M} UTC has another line {backup.lines}: "
                "the file was cut or rewritten since."
            ]
    return []


def _tables(home: Home, seen: Path, size: int, beside: Path) -> list[str]:
    """Which tables differ from those that the ledger gives."""
    rebuilt = Home(beside / "rebuilt")
    rebuilt.ledger.parent.mkdir(parents=True)
    with home.ledger.open("rb") as file:
        rebuilt.ledger.write_bytes(file.read(size))
    Store(rebuilt).require_sound()
    problems = []
    with (
        closing(sqlite3.connect(seen)) as mine,
        closing(sqlite3.connect(rebuilt.database)) as theirs,
    ):
        for table in schema.metadata.sorted_tables:
            key = ", ".join(f'"{column.name}"' for column in table.primary_key)
            names = ", ".join(f'"{column.name}"' for column in table.columns)
            query = f'SELECT {names} FROM "{table.name}" ORDER BY {key}'
            pairs = zip_longest(mine.execute(query), theirs.execute(query))
            wrong = sum(one != other for one, other in pairs)
            if wrong:
                problems.append(
                    f"The table {table.name} differs from the ledger in {wrong} rows: "
                    "somebody changed the database alone. `trainweek ledger replay` mends it."
                )
    return problems
