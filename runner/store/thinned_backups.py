"""Old backups are thinned out: one a day, then one a week; and what the ledger has is kept once.

Nothing is removed but for another backup that has the same lines, or these and more, and whose
files were hashed again just before. One whose lines a restore has dropped stays for a year. What cannot be read or removed is told, and stays.
"""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from core.errors import IntegrityError
from core.files import write_json
from core.ledger_bodies import StoreRestored
from core.timestamps import iso, parse_moment
from runner.store.kept_backups import DATABASE, MANIFEST, StoreBackup, backups, verify_backup

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home

log = logging.getLogger("trainweek.store")

DAILY = timedelta(days=30)  # older than that: one a week
DROPPED = timedelta(days=365)  # what a restore has dropped can be looked up for a year
_DATABASES = 2  # newest backups that keep a copy of the database
_PLAUSIBLE = timedelta(days=1)  # how far the clock may be ahead of the newest ledger line


def thin_out(home: Home, made: StoreBackup, keep: timedelta, least: int) -> None:
    """Remove old backups, but not by an implausible clock.

    With a clock that is a month ahead most backups but the new one would be removed. So the
    age of a backup that lacks lines of ``made`` is taken from the newest line's time; one
    with the same lines is only one more copy.

    :param keep: up to this age all stay.
    :param least: this many of the newest always stay.
    """
    written = _last_moment(made)
    plausible = min(made.at, written + _PLAUSIBLE) if written else made.at
    stored = backups(home)
    known: dict[Path, bool] = {}  # each is hashed once

    def intact(one: StoreBackup) -> bool:
        if one.folder not in known:
            known[one.folder] = _is_intact(one)
        return known[one.folder]

    failed: list[str] = []
    for place, old in enumerate(stored):
        age = (made.at if old.head == made.head else plausible) - old.at
        try:
            if (
                place >= least
                and age > keep
                and (
                    _has_better(old, stored[:place], age, intact)
                    or (age > DROPPED and intact(made) and _was_dropped(old, made))
                )
            ):
                shutil.rmtree(old.folder)
            elif place >= _DATABASES and old.has_database and intact(old):
                _drop_database(old)
        except OSError as error:
            failed.append(f"{old.folder.name} ({error})")
    if failed:
        log.warning("Old backups that could not be thinned out: %s", ", ".join(failed))


def _has_better(
    old: StoreBackup,
    newer: list[StoreBackup],
    age: timedelta,
    intact: Callable[[StoreBackup], bool],
) -> bool:
    """Whether an intact newer one of the same day or week has all of its lines.

    Their number proves nothing: a ledger may have been rewritten, or restored without the last.
    """
    form = "%Y-%m-%d" if age <= DAILY else "%G-W%V"
    span = f"{old.at:{form}}"
    same = (one for one in newer if f"{one.at:{form}}" == span and one.lines >= old.lines)
    return any(
        intact(one) and one.holds(old.lines, old.head) for one in same if one.folder.exists()
    )


def _was_dropped(old: StoreBackup, newest: StoreBackup) -> bool:
    """Whether a recorded restore has dropped the last line of this one: no later backup can have it.

    The newest backup is then an unbroken chain without that line, and says of a restore after it.
    A ledger that was rewritten without a word takes no backup with it.
    """
    if not old.lines:
        return False
    place = next(islice(newest.lines_of_ledger(), old.lines - 1, None), None)
    if place is not None and json.loads(place)["sha256"] == old.head:
        return False  # not the whole chain is hashed for each of the many that are still in it
    restored = any(_is_restore(line, old.at) for line in newest.lines_of_ledger())
    return restored and newest.holds(newest.lines, newest.head)


def _is_restore(line: bytes, since: datetime) -> bool:
    fields = json.loads(line)
    told = (fields["kind"], fields["body"].get("action")) == (
        StoreRestored.kind,
        StoreRestored.action,
    )
    return told and parse_moment(fields["at"]) >= since


def _is_intact(backup: StoreBackup) -> bool:
    try:
        verify_backup(backup)
    except IntegrityError:
        return False
    return True


def _drop_database(old: StoreBackup) -> None:
    """The ledger has all that it has: a restore rebuilds it."""
    sums = {name: sha256 for name, sha256 in old.sums.items() if name != DATABASE}
    left = replace(old, sums=sums)
    manifest = {"at": iso(left.at), "lines": left.lines, "head": left.head, "size": left.size}
    write_json(left.folder / MANIFEST, {**manifest, "sha256": sums})
    old.database.unlink(missing_ok=True)


def _last_moment(backup: StoreBackup) -> datetime | None:
    """Real time of its last ledger line."""
    last = b"".join(part.read_bytes() for part in backup.parts[-2:]).rstrip().rpartition(b"\n")[2]
    return parse_moment(str(json.loads(last)["at"])) if last else None
