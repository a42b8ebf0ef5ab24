"""Database, ledger and backups. Opened for reading only: nothing is mended by looking."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from core.errors import ConflictError, InputError, IntegrityError
from core.liveness import duration
from core.paths import Home
from core.timestamps import parse_moment
from runner.doctor.examined import Examined, failed, passed, warned
from runner.files import parse_json
from runner.recovery.rebuild import verify_ledger
from runner.settings import Settings
from runner.store.backup import backups as all_backups
from runner.store.backup import verify_backup
from runner.store.damage import damage_of
from runner.store.engine import journal_mode
from runner.store.schema import REVISION

_RESTORE = "End the runner, then: trainweek ledger restore"
_SAME_TIME_S = 60.0  # two looks at a clock that is being corrected
_QUICK = 3_000_000  # bytes of a ledger whose tables are rebuilt and compared within seconds


def database(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    path = home.database
    if not path.exists():
        if home.ledger.exists() and home.ledger.stat().st_size:
            what = f"There is no {home.relative(path)}; the ledger holds all of it."
            yield warned("database", what, "trainweek ledger replay")
        else:
            yield passed("database", "None yet; the first week makes it.")
        return
    if damage := damage_of(path, home):
        yield failed("database", f"{home.relative(path)} is damaged: {damage}.", _RESTORE)
        return
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as look:
            revision = _revision(look)
            mode = str(look.execute("PRAGMA journal_mode").fetchone()[0]).upper()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            what, remedy = "Somebody holds it locked.", f"Look who: fuser {path}"
        else:
            what = f"A write was cut off ({error}); the journal beside it is complete."
            remedy = "Start the runner, or any trainweek command: opening rolls it back."
        yield warned("database", what, remedy)
        return
    size = f"{path.stat().st_size / 1e6:.1f} MB, integrity ok, schema {revision}, journal {mode}"
    if revision is not None and revision > REVISION:
        what = f"Its schema is {revision}; this trainweek knows schemas up to {REVISION}."
        yield failed("database", what, "Use the newer trainweek that wrote it.")
    elif revision != REVISION:
        what = f"Its schema is {revision}, this trainweek's {REVISION}."
        yield warned("database", what, "The next start migrates it, with a copy made first.")
    elif mode != journal_mode()[0]:
        what = f"{size}, but {journal_mode()[0]} is right for this SQLite."
        yield warned("database", what, "The next start of trainweek sets it.")
    else:
        yield passed("database", f"{size}.")


def ledger(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    size = home.ledger.stat().st_size if home.ledger.exists() else 0
    if not size and not home.database.exists():
        yield passed("ledger", "None yet.")
        return
    tables = size <= _QUICK
    try:
        report = verify_ledger(home, tables=tables)
    except ConflictError as error:
        yield warned("ledger", error.what, "Look again in a moment.")
        return
    # Its own look tells of a damaged database; here is the file's chain.
    damaged = [p for p in report.problems if p.startswith("The database is damaged")]
    if damaged == list(report.problems) and damaged:
        yield passed("ledger", f"{report.lines} lines, chain intact; the database is damaged.")
        return
    for problem in report.problems:
        behind = "is behind" in problem or "There is no database" in problem
        if behind:
            yield warned("ledger", problem, "Start the runner, or: trainweek ledger replay")
        else:
            yield failed("ledger", problem, _RESTORE)
    if report.ok:
        compared = (
            "tables equal" if tables else "tables not compared (trainweek ledger verify does)"
        )
        yield passed("ledger", f"{report.lines} lines, chain intact, {compared}.")


def backups(home: Home, settings: Settings, now: datetime) -> Iterator[Examined]:
    if not home.database.exists():
        yield passed("backups", "Nothing to back up yet.")
        return
    interval = settings.backup_interval_s
    if not interval:
        what = "The runner makes none: TRAINWEEK_BACKUP_INTERVAL_S is 0."
        yield warned("backups", what, "Set it to 3600, or run trainweek ledger backup by cron.")
    there = all_backups(home)
    if not there:
        if _record_age(home.ledger, now) > (interval or 3600) * 2:
            remedy = "Start the runner (see logs/state/runner.log), or: trainweek ledger backup"
            yield warned("backups", "There is none.", remedy)
        elif interval:
            yield passed("backups", f"None yet; the runner makes one each {interval / 60:.0f} min.")
        return
    ahead = [each.folder.name for each in there if (each.at - now).total_seconds() > _SAME_TIME_S]
    if ahead:
        what = (
            f"{', '.join(ahead[:3])} of {len(there)} were made in the future: the clock was wrong."
        )
        remedy = "Compare the clock (timedatectl); if it is right now, move them elsewhere."
        yield warned("backups", what, remedy)
    there = [each for each in there if each.folder.name not in ahead]
    if not there:
        return
    age = (now - there[0].at).total_seconds()
    said = f"{len(there)}, the newest {duration(age)} old with {there[0].lines} lines"
    try:
        verify_backup(there[0])
    except IntegrityError as error:
        yield failed("backups", error.what, "Look at the disk, then: trainweek ledger backup")
        return
    if interval and age > 2 * interval:
        remedy = "Start the runner (see logs/state/runner.log), or: trainweek ledger backup"
        yield warned("backups", f"{said}: too old.", remedy)
    else:
        yield passed("backups", f"{said}, verified.")


def _revision(look: sqlite3.Connection) -> str | None:
    try:
        row = look.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])


def _record_age(ledger: Path, now: datetime) -> float:
    """Seconds since the first line; 0 without one. A young home has no backup yet."""
    try:
        with ledger.open("rb") as file:
            first = parse_json(file.readline())
        return (now - parse_moment(str(first["at"]))).total_seconds() if first else 0.0
    except (OSError, KeyError, InputError):
        return 0.0
