"""Faults of the database: busy, damaged, incomplete, copied while others write."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError, IntegrityError
from core.paths import Home
from runner.client import Client
from runner.doctor import examine
from runner.recovery.restore import restore_store
from runner.settings import Settings
from runner.store import Store
from runner.store.backup import make_backup
from runner.store.engine import WAL_SAFE_SINCE, described_mode
from runner.store.kept_backups import backups
from tests.faults.matrix import fault
from tests.faults.promises import Promises, hold
from tests.faults.writing import WRITER, saved, write
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from pathlib import Path

Seen = Callable[[object], None]
WRITES = 12  # while backups are made; each of these is then opened and verified


def note(place: Place, number: int) -> None:
    place.lead.note(place.week.id, "hourly_1", f"{number} note")


@contextmanager
def held_by_somebody(database: Path) -> Iterator[Callable[[], None]]:
    """Another process holds the database in BEGIN EXCLUSIVE; gives what ends that."""
    code = (
        "import sqlite3, sys\n"
        "other = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "other.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
        "other.execute('ROLLBACK')\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        holder.stdout.readline()
        yield holder.stdin.close
    finally:
        holder.stdin.close()
        holder.wait(30)


@fault(
    29,
    injected="a foreign BEGIN EXCLUSIVE, given up within and not within the busy timeout",
    expected="waits, and saves; then: busy, nothing was saved",
)
def test_a_database_that_others_hold_is_waited_for_then_told(place: Place, seen: Seen) -> None:
    with held_by_somebody(place.home.database) as give_up:
        began = time.monotonic()
        Timer(0.3, give_up).start()
        note(place, 0)
        waited = time.monotonic() - began
    assert waited >= 0.3
    place.lead.store = Store(place.home, busy_timeout_s=1.0)
    with held_by_somebody(place.home.database):
        with pytest.raises(ConflictError, match="busy; nothing was saved") as refused:
            note(place, 1)
        with pytest.raises(ConflictError, match="busy"):
            Store(place.home, busy_timeout_s=0.2)
    hold(place, 1)
    note(place, 1)
    hold(place, 2)
    seen(f"saved after {waited:.1f} s; {refused.value.what}")


def _flip(page: int) -> Callable[[bytearray], None]:
    def flip(content: bytearray) -> None:
        for at in range(page * 4096, page * 4096 + 4096):
            content[at] ^= 0x55

    return flip


def _cut(pages: int) -> Callable[[bytearray], None]:
    def cut(content: bytearray) -> None:
        del content[pages * 4096 :]

    return cut


@fault(
    30,
    injected="bytes of a page flipped (header, tables, middle); file cut to 0, 3 and 9 pages",
    expected="read-only, the restore command is said, nothing is recreated; restore loses nothing",
)
@pytest.mark.parametrize(
    "damage",
    [_flip(0), _flip(1), _flip(7), _cut(0), _cut(3), _cut(9)],
    ids=["header", "page 1", "page 7", "to nothing", "to 3 pages", "to 9 pages"],
)
def test_a_damaged_database_is_read_only_until_it_is_restored(
    place: Place, damage: Callable[[bytearray], None], seen: Seen
) -> None:
    note(place, 0)
    make_backup(place.home, after(0), timedelta(days=7))
    note(place, 1)
    content = bytearray(place.home.database.read_bytes())
    damage(content)
    place.home.database.write_bytes(content)
    client = Client(place.home, LEAD)
    assert [n.text for n in client.notes(place.week.id)] == ["0 note", "1 note"]
    with pytest.raises(IntegrityError, match=r"damaged.*trainweek ledger restore") as refused:
        client.note(place.week.id, "hourly_1", "2 note")
    with pytest.raises(IntegrityError, match="damaged"):
        place.service()  # no runner works on it
    assert place.home.database.read_bytes() == bytes(content)
    restore_store(place.home, None, LEAD, after(0))
    assert not Client(place.home, LEAD).damage()
    hold(place, 2)
    seen(refused.value.what.split(" is ", 1)[1][:70])


@fault(
    31,
    injected="killed between ledger and commit; an older copy in the database's place",
    expected="the database catches up with the ledger",
)
def test_a_ledger_that_is_ahead_is_caught_up_with(
    place: Place, promises: Promises, seen: Seen
) -> None:
    lines, _ = write(place.home, 5, TRAINWEEK_FAIL="after_ledger:kill@3")
    assert saved(lines) == 2
    promises.reported(place.home, 2)
    assert len(Client(place.home, LEAD).notes(place.week.id)) == 3  # on the disk, not yet said
    hold(place, 2)
    old = place.home.database.read_bytes()
    note(place, 3)
    place.home.database.write_bytes(old)
    assert len(Client(place.home, LEAD).notes(place.week.id)) == 4
    hold(place, 4)
    seen("1 line caught up after the kill, 1 after the older copy")


@fault(
    32,
    injected="the SQLite of this Python, asked which mode is in force",
    expected="rollback journal and EXTRA before 3.51.3, said by doctor, verify and runner log",
)
def test_the_mode_fits_the_version_and_is_said(place: Place, seen: Seen) -> None:
    with place.lead.store.read() as connection:
        mode = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar()).upper()
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    sound = sqlite3.sqlite_version_info >= WAL_SAFE_SINCE
    assert (mode, level) == (("WAL", 2) if sound else ("DELETE", 3))
    assert place.home.database.read_bytes()[18] == (2 if sound else 1)  # the header says it too
    said = [e.what for e in examine(place.home, Settings(), after(0)) if e.subject == "versions"]
    assert described_mode() in said
    assert ("can corrupt" in described_mode()) is not sound
    hold(place)
    seen(described_mode())


@fault(
    37,
    injected="backups without pause while a process writes; then both files are deleted",
    expected="every backup opens, ids contiguous; the restored home too",
)
def test_backups_made_while_others_write_open_and_are_whole(
    place: Place, promises: Promises, seen: Seen, tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, WRITER, place.home.root, str(WRITES)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    writer.stdout.readline()  # it has begun
    began, made = after(0), 0
    while writer.poll() is None:
        make_backup(place.home, began + timedelta(seconds=made), timedelta(days=7))
        made += 1
    assert "verified" in writer.stdout.read()
    make_backup(place.home, began + timedelta(seconds=made), timedelta(days=7))  # of the last row
    for backup in backups(place.home):
        copy = Home(tmp_path / backup.folder.name)
        copy.ledger.parent.mkdir(parents=True)
        copy.ledger.write_bytes(b"".join(backup.lines_of_ledger()))
        Store(copy).require_sound()
        with closing(sqlite3.connect(copy.database)) as connection:
            texts = [t for (t,) in connection.execute("SELECT text FROM notes ORDER BY id")]
            ids = [i for (i,) in connection.execute("SELECT id FROM notes ORDER BY id")]
        assert [int(text.split()[0]) for text in texts] == list(range(len(texts)))
        assert ids == list(range(2, len(ids) + 2))
    newest = backups(place.home)[0]
    place.home.database.unlink()
    place.home.ledger.unlink()
    restore_store(place.home, None, LEAD, after(0))
    count = newest.lines - 1
    assert count == WRITES
    promises.reported(place.home, count)
    hold(place, count)
    seen(f"{made} backups during {WRITES} writes, all whole; {count} notes after the restore")


@pytest.mark.parametrize("at", ["before_ledger", "after_ledger", "after_commit"])
def test_a_writer_killed_around_its_commit_loses_nothing_acknowledged(
    place: Place, promises: Promises, at: str
) -> None:
    lines, _ = write(place.home, 9, TRAINWEEK_FAIL=f"{at}:kill@4")
    assert saved(lines) == 3
    promises.reported(place.home, 3)
    there = len(Client(place.home, LEAD).notes(place.week.id))
    assert there == (3 if at == "before_ledger" else 4)
    hold(place, 3)


@pytest.mark.parametrize("after_s", [0.05, 0.11, 0.2])
def test_a_writer_killed_at_any_moment_loses_nothing_acknowledged(
    place: Place, promises: Promises, after_s: float
) -> None:
    writer = subprocess.Popen(
        [sys.executable, WRITER, place.home.root, "1000"], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(after_s)
    writer.kill()
    said = first + writer.stdout.read()
    writer.wait()
    Client(place.home, LEAD).weeks()  # opening brings the database up
    promises.reported(place.home, said.count("saved"))
    hold(place, said.count("saved"))
