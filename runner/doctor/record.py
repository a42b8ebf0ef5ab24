"""Database, ledger and backups, opened read-only: nothing is repaired."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from core.errors import ConflictError, InputError, IntegrityError, SetupError
from core.language import Message, literal, plural
from core.timestamps import age_text, parse_moment
from runner.doctor import shared_record
from runner.doctor.check_result import CheckResult, failed, passed, warned
from runner.files import parse_json
from runner.recovery.kept_verification import LATE_AFTER, verify_tail, verify_whole
from runner.recovery.shared_verification import verify_record
from runner.store.damage import damage_of
from runner.store.engine import journal_mode
from runner.store.kept_backups import LATE, verify_backup
from runner.store.kept_backups import backups as all_backups
from runner.store.opening import shared_address
from runner.store.schema import REVISION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home
    from runner.recovery.verify_report import VerifyReport
    from runner.settings import Settings

_RESTORE = Message("Stop the runner, then: trainweek ledger restore")
_START = Message("Start the runner (see logs/state/runner.log), or: trainweek ledger backup")
_SAME_TIME_S = 60.0  # a clock that is being corrected may go back by this much
_QUICK = 3_000_000  # bytes of a ledger whose tables are rebuilt and compared within seconds


def database(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Integrity, schema version and journal mode of the database file; or the server."""
    if (address := shared_address(home)) is not None:
        yield from shared_record.database(address)
        return
    path = home.database
    if not path.exists():
        if home.ledger.exists() and home.ledger.stat().st_size:
            what = Message(
                "There is no {file}. The ledger has all of its data.", file=home.relative(path)
            )
            yield warned("database", what, Message("Rebuild it: trainweek ledger replay"))
        else:
            yield passed("database", Message("None yet; the first week creates it."))
        return
    if damage := damage_of(path, home):
        what = Message("{file} is damaged: {problem}.", file=home.relative(path), problem=damage)
        yield failed("database", what, _RESTORE)
        return
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
            revision = _revision(connection)
            mode = str(connection.execute("PRAGMA journal_mode").fetchone()[0]).upper()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            what = Message("Another process holds a lock on it.")
            remedy = Message("Find the process: fuser {path}", path=str(path))
        else:
            what = Message(
                "A write was interrupted ({error}); its journal is complete.", error=str(error)
            )
            remedy = Message("Start the runner or any trainweek command: that rolls it back.")
        yield warned("database", what, remedy)
        return
    state = Message(
        "{size:.1f} MB, integrity ok, schema {revision}, journal {mode}",
        size=path.stat().st_size / 1e6,
        revision=revision,
        mode=mode,
    )
    if revision is not None and revision > REVISION:
        what = Message(
            "It has schema {present}; this trainweek knows schemas up to {known}.",
            present=revision,
            known=REVISION,
        )
        yield failed("database", what, Message("Use the newer trainweek that wrote it."))
    elif revision != REVISION:
        what = Message(
            "It has schema {present}; this trainweek uses {known}.",
            present=revision,
            known=REVISION,
        )
        yield warned("database", what, Message("The next start makes a copy and migrates it."))
    elif mode != journal_mode()[0]:
        what = Message(
            "{state}, but this SQLite needs journal {mode}.", state=state, mode=journal_mode()[0]
        )
        yield warned("database", what, Message("The next start of trainweek sets it."))
    else:
        yield passed("database", Message("{state}.", state=state))


def ledger(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """The hash chain of the ledger, and its tables if the file is small enough to rebuild them."""
    size = home.ledger.stat().st_size if home.ledger.exists() else 0
    shared = shared_address(home) is not None
    if not size and not home.database.exists() and not shared:
        yield passed("ledger", Message("None yet."))
        return
    begin = int(settings.proofs_from)
    try:
        if shared or size <= _QUICK:
            report = verify_record(home, tables=size <= _QUICK, proofs_from=begin)
        else:
            report = verify_tail(home, now, begin) or verify_record(home, proofs_from=begin)
    except ConflictError as error:
        yield warned("ledger", literal(error.what), Message("Retry in a moment."))
        return
    except SetupError as error:  # of a server; the check of the database reports it
        yield warned("ledger", literal(error.what), literal(error.remedy))
        return
    # The check of the database reports a damaged one; this check is about the file's chain.
    if report.problems and all(problem.kind == "damaged" for problem in report.problems):
        damaged = plural(
            "{n:,} line, chain intact; the database is damaged.",
            "{n:,} lines, chain intact; the database is damaged.",
            report.lines,
        )
        yield passed("ledger", damaged)
        return
    if report.nothing:
        yield passed("ledger", Message("None yet: there is no line to verify."))
        return
    for problem in report.problems:
        made = warned if problem.kind in ("behind", "unproved") else failed
        yield made("ledger", problem.what, problem.remedy)
    if report.ok:
        yield _verified(report, now, tables=size <= _QUICK)


def whole_ledger(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """:func:`ledger`, but every line and every table of any size; what was verified is kept."""
    if not home.ledger.exists():
        yield passed("ledger", Message("None yet."))
        return
    report = verify_whole(home, now, int(settings.proofs_from))
    for problem in report.problems:
        yield failed("ledger", problem.what, problem.remedy)
    if report.ok:
        yield _verified(report, now, tables=True)


def _verified(report: VerifyReport, now: datetime, *, tables: bool) -> CheckResult:
    """How much of an intact ledger was verified; a warning if all of it was too long ago."""
    if report.since is not None and report.since.at is not None:
        age = (now - report.since.at).total_seconds()
        what = plural(
            "{n:,} line, unchanged since everything was verified {age} ago; the last {count:,}"
            " verified now.",
            "{n:,} lines, unchanged since everything was verified {age} ago; the last {count:,}"
            " verified now.",
            report.lines,
            age=age_text(age),
            count=report.lines - report.since.seq,
        )
        if age > LATE_AFTER.total_seconds():
            return warned("ledger", what, Message("Run trainweek ledger verify."))
        return passed("ledger", what)
    if tables:
        equal = plural(
            "{n:,} line, chain intact, tables equal.",
            "{n:,} lines, chain intact, tables equal.",
            report.lines,
        )
        return passed("ledger", equal)
    intact = plural(
        "{n:,} line, chain intact, tables not compared (run trainweek ledger verify).",
        "{n:,} lines, chain intact, tables not compared (run trainweek ledger verify).",
        report.lines,
    )
    return passed("ledger", intact)


def backups(home: Home, settings: Settings, now: datetime) -> Iterator[CheckResult]:
    """Age and hashes of the newest backup; backups that are dated in the future."""
    if shared_address(home) is not None:
        yield shared_record.backups(home)
        return
    if not home.database.exists():
        yield passed("backups", Message("Nothing to back up yet."))
        return
    interval = settings.backup_interval_s
    if not interval:
        off = Message("The runner makes no backups: TRAINWEEK_BACKUP_INTERVAL_S is 0.")
        remedy = Message("Set it to 3600, or run `trainweek ledger backup` by cron.")
        yield warned("backups", off, remedy)
    stored = all_backups(home)
    if not stored:
        if _record_age(home.ledger, now) > (interval or 3600) * LATE:
            yield warned("backups", Message("There are none."), _START)
        elif interval:
            what = Message(
                "None yet; the runner makes one every {minutes:.0f} min.", minutes=interval / 60
            )
            yield passed("backups", what)
        return
    ahead = [each.folder.name for each in stored if (each.at - now).total_seconds() > _SAME_TIME_S]
    if ahead:
        what = Message(
            "{names} (of {count}) have a date in the future: the clock was wrong.",
            names=", ".join(ahead[:3]),
            count=len(stored),
        )
        remedy = Message("Check the clock (timedatectl). If it is right now, move them elsewhere.")
        yield warned("backups", what, remedy)
    stored = [each for each in stored if each.folder.name not in ahead]
    if not stored:
        return
    age = (now - stored[0].at).total_seconds()
    newest = plural(
        "{n} backup, {age} old with {lines:,} lines",
        "{n} backups, the newest {age} old with {lines:,} lines",
        len(stored),
        age=age_text(age),
        lines=stored[0].lines,
    )
    try:
        verify_backup(stored[0])
    except IntegrityError as error:
        remedy = Message("Check the disk, then: trainweek ledger backup")
        yield failed("backups", literal(error.what), remedy)
        return
    if interval and age > LATE * interval:
        yield warned("backups", Message("{newest}: too old.", newest=newest), _START)
    else:
        yield passed("backups", Message("{newest}, verified.", newest=newest))


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    return None if row is None else str(row[0])


def _record_age(ledger: Path, now: datetime) -> float:
    """Seconds since the first line; 0 without one. A new data directory has no backup yet."""
    try:
        with ledger.open("rb") as file:
            first = parse_json(file.readline())
        return (now - parse_moment(str(first["at"]))).total_seconds() if first else 0.0
    except (OSError, KeyError, InputError):
        return 0.0
