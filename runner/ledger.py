"""Verify the ledger, and rebuild the database from it."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import ConflictError, InputError, IntegrityError
from core.files import sync_folder
from core.paths import Home, numbered
from runner.identity import runner_status
from runner.store import Store, chain


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


def verify(home: Home) -> VerifyReport:
    """Follow the chain through the whole file, and compare each sum with the database.

    Reads only: neither file is repaired, not even a database that is merely behind.
    """
    # Between a writer's line and its commit the two differ for a moment: keep writers out.
    with Store.lock(home) if home.state.is_dir() else nullcontext():
        return _compare(home)


def _compare(home: Home) -> VerifyReport:
    path, problems = home.ledger, []
    sums: list[str] = []
    end = 0
    try:
        for line in chain.read(path):
            sums.append(line.sha256)
            end = line.end
    except IntegrityError as error:
        problems.append(error.what)
    else:
        size = path.stat().st_size if path.exists() else 0
        if size > end:
            problems.append(
                f"The last {size - end} bytes are no complete line: its write was cut off, "
                "or the file was."
            )
    known = _sums_in_database(home.database)
    if known is None:
        if sums:
            problems.append("There is no database; opening the home or a replay rebuilds it.")
    else:
        for seq, (mine, theirs) in enumerate(zip(sums, known, strict=False), start=1):
            if mine != theirs:
                problems.append(f"Line {seq} is another one than the database saw.")
                break
        if len(known) > len(sums):
            problems.append(
                f"The database has {len(known)} lines, the file {len(sums)}: the file was cut."
            )
        elif len(known) < len(sums):
            problems.append(
                f"The database has {len(known)} lines, the file {len(sums)}: "
                "the database is behind; opening the home brings it up."
            )
    return VerifyReport(home.relative(path), len(sums), tuple(problems))


def replay(home: Home) -> str:
    """Rebuild the database from the ledger; the old one is kept under a numbered name.

    :returns: one sentence of what was done.
    :raises ConflictError: a runner is alive.
    :raises IntegrityError: the ledger itself is broken.
    """
    status = runner_status(home, datetime.now(UTC))
    if status.alive:
        raise ConflictError(
            f"A runner (pid {status.pid}) works on this home.", "End it, then replay."
        )
    if not home.ledger.exists():
        raise InputError(f"There is no ledger {home.ledger}.", "Nothing can be rebuilt from it.")
    lines = sum(1 for _ in chain.read(home.ledger))  # a broken one is found before anything moves
    new = home.database.with_suffix(".replay.db")
    new.unlink(missing_ok=True)
    Store(home, database=new)
    with Store.lock(home):
        kept = None
        if home.database.exists():
            kept = numbered(home.database.with_suffix(".before-replay.db"))
            home.database.rename(kept)
            for left in ("-journal", "-wal", "-shm"):
                beside = Path(f"{home.database}{left}")
                if beside.exists():
                    beside.rename(f"{kept}{left}")
        new.replace(home.database)
        sync_folder(home.state)
    was = f"; the old one is {home.relative(kept)}" if kept else ""
    return f"{home.relative(home.database)} rebuilt from {lines} ledger lines{was}."


def _sums_in_database(database: Path) -> list[str] | None:
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return [s for (s,) in connection.execute("SELECT sha256 FROM ledger ORDER BY seq")]
    except sqlite3.DatabaseError:
        return None
