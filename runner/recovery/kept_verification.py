"""Verification from a checkpoint: what was verified as a whole is only compared with its hash.

Whatever is not as it should be is left to a verification of the whole, which says what it is.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from core.errors import InputError, TrainweekError
from core.files import write_json
from core.language import Message
from core.timestamps import iso, parse_moment
from runner.files import read_json
from runner.recovery.claims import Claims
from runner.recovery.shared_verification import verify_record
from runner.recovery.verification import writers_locked_out
from runner.recovery.verify_report import VerifyReport
from runner.store import chain
from runner.store.checkpoint import Checkpoint, digest_before, keep, kept, verified_file
from runner.store.damage import damage_of
from runner.store.kept_backups import LATE, backups
from runner.store.opening import refresh_ledger_file, shared_address
from runner.store.proofs import Proofs

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home

EVERY = timedelta(days=1)  # the runner verifies everything this often
LATE_AFTER = LATE * EVERY
GRAVE = frozenset({"corrupt", "damaged"})
_MOST_LINE = 64 * 1024
_LOOKS = 3  # at a shared record whose file lags behind: other machines go on writing


def verify_whole(
    home: Home, now: datetime, proofs_from: int = 1, anchor: str | None = None
) -> VerifyReport:
    """Verify everything; if nothing is wrong, keep up to where, for :func:`verify_tail`.

    :raises InputError: see :func:`verify_ledger`.
    :raises ConflictError: see :func:`verify_ledger`.
    """
    report = verify_present(home, tables=True, anchor=anchor, proofs_from=proofs_from)
    lasting = [problem for problem in report.problems if problem.kind != "behind"]
    # A data directory that can't be written: the next one reads all again.
    with suppress(OSError, TrainweekError):
        if report.ok and report.head is not None:
            keys = tuple(Proofs(home).key_ids)
            last = Checkpoint(
                report.lines, report.end, report.head, report.prefix, now, keys, proofs_from
            )
            keep(home, verified_file(home), last)
            _problems_file(home).unlink(missing_ok=True)
        elif anchor is None and lasting:  # a mistyped anchor is no problem of the record
            verified_file(home).unlink(missing_ok=True)
            problems = [{"kind": each.kind, "what": each.what.as_record()} for each in lasting]
            write_json(_problems_file(home), {"at": iso(now), "problems": problems})
    return report


def verify_present(
    home: Home, tables: bool = False, anchor: str | None = None, proofs_from: int = 1
) -> VerifyReport:
    """:func:`verify_record`; the file first gets what other machines wrote to a shared database."""
    report = verify_record(home, tables, anchor, proofs_from)
    for _ in range(_LOOKS - 1):
        lags = report.problems and all(each.kind == "behind" for each in report.problems)
        if not lags or not refresh_ledger_file(home):
            break
        report = verify_record(home, tables, anchor, proofs_from)
    return report


@dataclass(frozen=True)
class FoundProblem:
    """What the last whole verification found, until one finds nothing.

    :ivar kind: as of :class:`LedgerProblem`, of the worst; never that the database lacks lines,
        which the next opening adds.
    """

    at: datetime
    kind: str
    what: Message

    @property
    def grave(self) -> bool:
        """Whether the record is not what was written."""
        return self.kind in GRAVE


def found_problem(home: Home) -> FoundProblem | None:
    """The first problem that the last whole verification found; None if it found none."""
    stored = read_json(_problems_file(home))
    try:
        if stored is None:
            return None
        found = [each for each in stored["problems"] if each["kind"] != "behind"]
        if not found:
            return None
        first = min(found, key=lambda each: each["kind"] not in GRAVE)
        what = Message.from_record(first["what"])
        return FoundProblem(parse_moment(str(stored["at"])), str(first["kind"]), what)
    except (KeyError, TypeError, ValueError, InputError):
        return None


def _problems_file(home: Home) -> Path:
    return home.state / "ledger-problems.json"


def verify_tail(home: Home, now: datetime, proofs_from: int = 1) -> VerifyReport | None:
    """Verify the lines after the last whole verification, and that those before are unchanged.

    :returns: a report without problems; None where only a whole verification can tell.
    """
    last = whole_verification(home, now)
    if last is None or last.proofs_from != proofs_from or shared_address(home) is not None:
        return None
    try:
        if last.keys != tuple(Proofs(home).key_ids):
            return None
        with writers_locked_out(home):
            size = home.ledger.stat().st_size
            known = _known(home, last)
        tail = _tail(home, last, size, proofs_from)
    except (OSError, sqlite3.DatabaseError, TrainweekError):
        return None
    if known is None or tail is None or known != tail or not _backed_up(home, last, tail):
        return None
    head = tail[-1] if tail else last.head
    return VerifyReport(home.relative(home.ledger), last.seq + len(tail), (), head, since=last)


def verification_late(home: Home, now: datetime) -> bool:
    """Whether everything should have been verified by now, and was not."""
    last = whole_verification(home, now)
    since = _first_line_at(home) if last is None else last.at
    return since is not None and now - since > LATE_AFTER


def _first_line_at(home: Home) -> datetime | None:
    try:
        with home.ledger.open("rb") as file:
            return parse_moment(str(json.loads(file.readline(_MOST_LINE))["at"]))
    except (OSError, ValueError, KeyError, TypeError):  # what is wrong with it is told elsewhere
        return None


def whole_verification(home: Home, now: datetime) -> Checkpoint | None:
    """Up to where everything was verified, and when; None if never, or by a clock that was wrong."""
    last = kept(home, verified_file(home))
    return last if last is not None and last.at is not None and last.at <= now else None


def _known(home: Home, last: Checkpoint) -> list[str] | None:
    """The database's hashes of the lines after it; None if the database has another line there."""
    if not home.database.exists() or damage_of(home.database, home, quick=True) is not None:
        return None
    query = "SELECT sha256 FROM ledger WHERE seq >= ? ORDER BY seq"
    with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True)) as connection:
        first, *later = [sha256 for (sha256,) in connection.execute(query, (last.seq,))] or [""]
    return later if first == last.head else None


def _tail(home: Home, last: Checkpoint, size: int, proofs_from: int) -> list[str] | None:
    """The hashes of the file's lines after it; None if anything about them or before is wrong.

    :raises IntegrityError: the chain is broken.
    """
    claims = Claims(Proofs(home).read_once(), proofs_from)
    sums: list[str] = []
    end = last.end
    with home.ledger.open("rb") as file:
        if digest_before(file, last) is None:
            return None
        for line in chain.read_lines(file, last.end, last.seq, last.head):
            if line.end > size:
                break  # written since
            sums.append(line.sha256)
            claims.read(line.fields)
            end = line.end
    return sums if end == size and not claims.problems() else None


def _backed_up(home: Home, last: Checkpoint, tail: list[str]) -> bool:
    """Whether each backup has a line of the file as its last."""
    stored = [each for each in backups(home) if each.lines]
    early = {each.lines: each.head for each in stored if each.lines < last.seq}
    with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True)) as connection:
        for line, head in early.items():
            found = connection.execute("SELECT sha256 FROM ledger WHERE seq = ?", (line,))
            if found.fetchone() != (head,):
                return False
    heads = [last.head, *tail]
    return all(
        heads[each.lines - last.seq : each.lines - last.seq + 1] == [each.head]
        for each in stored
        if each.lines >= last.seq
    )
