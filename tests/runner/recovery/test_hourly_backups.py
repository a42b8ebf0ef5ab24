"""Backups and restoring: what was acknowledged comes back, whatever was lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import ConflictError, InputError, IntegrityError
from core.files import file_sha256, write_json
from core.ledger_bodies import StoreRestored
from core.vocabulary import Verdict
from runner.client import Client
from runner.recovery.hourly_backups import HourlyBackups
from runner.recovery.restore import RestoreResult, restore_store
from runner.recovery.verification import verify_ledger
from runner.settings import Settings
from runner.store import chain
from runner.store.backup import make_backup
from runner.store.kept_backups import StoreBackup, backups, verify_backup
from tests.expected import present, recorded
from tests.runner.place import LEAD, Place, after, wait_for
from tests.runner.recovery.test_rebuild import rewritten

if TYPE_CHECKING:
    from pathlib import Path

WEEK = timedelta(days=7)


def note(place: Place, text: str) -> None:
    place.lead.note(place.week.id, "hourly_1", text)


def notes(place: Place) -> list[str]:
    return [note.text for note in Client(place.home, LEAD).notes(place.week.id)]


def backed_up(place: Place) -> StoreBackup:
    return make_backup(place.home, after(0), WEEK)


def restored(place: Place, name: str | None = None) -> RestoreResult:
    done = restore_store(place.home, name, LEAD, after(0))
    assert verify_ledger(place.home, tables=True).ok, verify_ledger(place.home, tables=True).text()
    return done


def damaged(path: Path) -> None:
    """Flip the bytes of a page in the middle."""
    content = bytearray(path.read_bytes())
    for at in range(4096, 8192):
        content[at] ^= 0x55
    path.write_bytes(content)


def test_a_backup_is_a_pair_that_stands_alone(place: Place) -> None:
    note(place, "one")
    made = backed_up(place)
    note(place, "two")
    verify_backup(made)
    assert backups(place.home) == [made]
    assert len(list(made.lines_of_ledger())) == made.lines == 2
    with closing(sqlite3.connect(made.database)) as connection:
        assert connection.execute("SELECT text FROM notes").fetchall() == [("one",)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


BEGAN = datetime(2026, 2, 23, 14, tzinfo=UTC)


def named(place: Place) -> list[str]:
    return [b.folder.name for b in reversed(backups(place.home))]


def test_backups_older_than_a_week_are_one_a_day_and_then_one_a_week(place: Place) -> None:
    for hours in (0, 5, 10, 24, 30, 24 * 7 + 12):
        make_backup(place.home, BEGAN + timedelta(hours=hours), WEEK, least=1)
    assert named(place) == [
        "20260223T190000Z", "20260224T140000Z", "20260224T200000Z", "20260303T020000Z",
    ]  # fmt: skip
    make_backup(place.home, BEGAN + timedelta(days=20), WEEK, least=1)
    oldest = ["20260223T190000Z", "20260224T200000Z"]
    assert named(place) == [*oldest, "20260303T020000Z", "20260315T140000Z"]
    make_backup(place.home, BEGAN + timedelta(days=60), WEEK, least=1)
    make_backup(place.home, BEGAN + timedelta(days=61), WEEK, least=1)
    assert named(place) == [
        "20260224T200000Z", "20260303T020000Z", "20260315T140000Z", "20260424T140000Z",
        "20260425T140000Z",
    ]  # fmt: skip


def test_a_backup_goes_only_for_an_intact_one_with_all_of_its_lines(place: Place) -> None:
    for hours in (0, 1):
        make_backup(place.home, BEGAN + timedelta(hours=hours), WEEK, least=1)
    damaged_one = backups(place.home)[0]
    damaged_one.parts[-1].write_bytes(b"not what was hashed")
    make_backup(place.home, BEGAN + timedelta(days=9), WEEK, least=1)
    assert named(place) == ["20260223T140000Z", "20260223T150000Z", "20260304T140000Z"]


def resealed(line: bytes, **changed: str) -> bytes:
    sealed = chain.seal(json.loads(line) | changed)
    return chain.canonical(sealed).encode() + b"\n"


def test_a_rewritten_ledger_takes_no_backup_of_the_lines_that_were_there(place: Place) -> None:
    note(place, "one")
    make_backup(place.home, BEGAN, WEEK, least=1)
    first, last = place.home.ledger.read_bytes().splitlines(keepends=True)
    place.home.ledger.write_bytes(first + resealed(last.replace(b'"one"', b'"two"')))
    place.home.database.unlink()
    assert notes(place) == ["two"]  # the database is rebuilt, so it has the new history too
    for later in (timedelta(hours=1), timedelta(days=9)):
        make_backup(place.home, BEGAN + later, WEEK, least=1)
    assert named(place) == ["20260223T140000Z", "20260223T150000Z", "20260304T140000Z"]


def test_what_a_restore_has_dropped_is_kept_for_a_year(place: Place) -> None:
    note(place, "one")
    make_backup(place.home, BEGAN, WEEK, least=1)
    note(place, "two")
    dropped = make_backup(place.home, BEGAN + timedelta(hours=1), WEEK, least=1)
    place.home.ledger.unlink()
    place.home.database.unlink()
    restore_store(place.home, "20260223T140000Z", LEAD, BEGAN + timedelta(hours=2))
    assert notes(place) == ["one"]
    others = Client(place.home, LEAD, now=lambda: BEGAN + timedelta(days=370))
    for days in (10, 364, 367):
        recorded(others.note(place.week.id, "hourly_1", f"after {days} days"))
        make_backup(place.home, BEGAN + timedelta(days=days), WEEK, least=1)
        assert (dropped.folder.name in named(place)) == (days < 365)


def test_an_old_backup_that_cannot_be_read_is_told_and_the_others_are_thinned_out(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for hours in (0, 1, 24, 25):
        make_backup(place.home, BEGAN + timedelta(hours=hours), WEEK, least=1)

    def verify(backup: StoreBackup) -> None:
        if backup.folder.name == "20260224T150000Z":
            raise PermissionError(13, "Permission denied", str(backup.folder))
        verify_backup(backup)

    monkeypatch.setattr("runner.store.thinned_backups.verify_backup", verify)
    made = make_backup(place.home, BEGAN + timedelta(days=9), WEEK, least=1)
    assert named(place) == [
        "20260223T150000Z", "20260224T140000Z", "20260224T150000Z", made.folder.name,
    ]  # fmt: skip
    (told,) = caplog.messages
    assert "20260224T140000Z ([Errno 13] Permission denied" in told


def test_backups_share_what_did_not_change(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.store.backup.PART", 1000)
    for text in ("one", "two", "three"):
        note(place, text)
        make_backup(place.home, BEGAN + timedelta(hours=len(named(place))), WEEK, least=1)
    third, second, first = backups(place.home)
    for old, new in ((first, second), (second, third)):
        assert [part.samefile(new.folder / part.name) for part in old.parts[:-1]] == [True] * (
            len(old.parts) - 1
        )
        assert not old.parts[-1].samefile(new.folder / old.parts[-1].name)
    assert [one.has_database and one.database.exists() for one in (first, second, third)] == [
        False, True, True,
    ]  # fmt: skip
    assert b"".join(third.lines_of_ledger()) == place.home.ledger.read_bytes()
    # A damaged part is not shared on.
    second_part = third.parts[0]
    second_part.write_bytes(second_part.read_bytes().replace(b"launch", b"lunch!"))
    fourth = make_backup(place.home, BEGAN + timedelta(hours=9), WEEK, least=1)
    assert not fourth.parts[0].samefile(second_part)
    verify_backup(fourth)


@pytest.mark.parametrize("place_of_it", range(4))
def test_every_kept_backup_restores_all_of_its_lines(
    place: Place, monkeypatch: pytest.MonkeyPatch, place_of_it: int
) -> None:
    monkeypatch.setattr("runner.store.backup.PART", 1000)
    for number in range(4):
        note(place, f"note {number}")
        make_backup(place.home, BEGAN + timedelta(days=number * 9), WEEK, least=1)
    chosen = backups(place.home)[place_of_it]
    place.home.ledger.unlink()
    place.home.database.unlink()
    done = restore_store(place.home, chosen.folder.name, LEAD, after(0))
    assert done.lines == chosen.lines
    assert notes(place) == [f"note {number}" for number in range(4 - place_of_it)]


def test_a_backup_of_an_older_version_restores_and_is_thinned_out_as_well(place: Place) -> None:
    note(place, "one")
    made = make_backup(place.home, BEGAN, WEEK)
    whole = made.folder / "audit.jsonl"
    whole.write_bytes(b"".join(made.lines_of_ledger()))
    for part in made.parts:
        part.unlink()
    sums = {whole.name: file_sha256(whole), "trainweek.db": made.sums["trainweek.db"]}
    manifest = json.loads((made.folder / "backup.json").read_text())
    write_json(made.folder / "backup.json", {**manifest, "sha256": sums})
    place.home.ledger.unlink()
    place.home.database.unlink()
    assert restored(place, made.folder.name).lines == 2
    for hours in (1, 2):
        make_backup(place.home, BEGAN + timedelta(hours=hours), WEEK, least=1)
    oldest = backups(place.home)[-1]
    assert (oldest.parts, oldest.has_database) == ([whole], False)
    make_backup(place.home, BEGAN + timedelta(days=9), WEEK, least=1)
    assert named(place) == ["20260223T160000Z", "20260304T140000Z"]


def test_a_clock_that_is_a_month_ahead_removes_no_backup_that_something_would_be_lost_with(
    place: Place,
) -> None:
    for hours in (30, 20, 10, 1):
        note(place, f"{hours} h ago")
        make_backup(place.home, after(-hours * 3600), WEEK, least=1)
    before = named(place)
    note(place, "after them")
    ahead = make_backup(place.home, after(30 * 86400), WEEK, least=1)
    assert named(place) == [*before, ahead.folder.name]
    # Nor does it hold up the next one, nor is it taken for the newest one.
    began = HourlyBackups(place.home, Settings(), after(0), 100.0)
    assert began._next == 160.0
    shutil.rmtree(place.home.backups / before[-1])
    now = make_backup(place.home, after(0), WEEK)
    place.home.ledger.write_bytes(b"")
    place.home.database.unlink()
    assert restored(place).backup == now.folder.name


def test_two_dozen_backups_stay_whatever_their_age(place: Place) -> None:
    for minutes in range(26):
        make_backup(place.home, BEGAN + timedelta(minutes=minutes), timedelta(0))
    assert len(backups(place.home)) == 24


def test_a_backup_that_is_killed_leaves_no_half_one_and_the_next_clears_it(place: Place) -> None:
    command = [
        sys.executable,
        "-m",
        "runner.store.backup",
        "--home",
        str(place.home.root),
        "--keep-s",
        "3600",
    ]
    fail = {"TRAINWEEK_FAIL": "before_backup_is_named:kill"}
    assert subprocess.run(command, env=os.environ | fail, timeout=60).returncode == -9
    assert backups(place.home) == []
    assert list(place.home.backups.glob(".*.partial"))
    backed_up(place)
    assert not list(place.home.backups.glob(".*.partial"))
    assert len(backups(place.home)) == 1


def test_a_damaged_database_is_not_backed_up_over_good_backups(place: Place) -> None:
    backed_up(place)
    damaged(place.home.database)
    with pytest.raises(IntegrityError):
        make_backup(place.home, after(100 * 86400), WEEK)
    assert len(backups(place.home)) == 1


def broken_chain(place: Place, harm: str) -> None:
    """File and database lose line 2, or have one of another predecessor as their last."""
    lines = place.home.ledger.read_bytes().splitlines(keepends=True)
    with closing(sqlite3.connect(place.home.database)) as database, database:
        if harm == "removed":
            gone = lines.pop(1)
            database.execute("DELETE FROM ledger WHERE seq = 2")
            database.execute('UPDATE ledger SET "end" = "end" - ? WHERE seq > 2', (len(gone),))
        else:
            lines[-1] = resealed(lines[-1], prev=chain.START)
            changed = chain.stated_hash(lines[-1]), len(lines)
            database.execute("UPDATE ledger SET sha256 = ? WHERE seq = ?", changed)
    place.home.ledger.write_bytes(b"".join(lines))


@pytest.mark.parametrize("harm", ["removed", "another predecessor"])
def test_a_broken_chain_is_not_backed_up_and_not_restored_from(
    place: Place, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    note(place, "one")
    good = make_backup(place.home, after(-60), WEEK)
    note(place, "two")
    broken_chain(place, harm)
    with pytest.raises(IntegrityError, match="does not continue the chain"):
        backed_up(place)
    assert backups(place.home) == [good]
    monkeypatch.setattr(chain, "continues", lambda *_: True)  # as an older version made them
    bad = backed_up(place)
    assert backups(place.home) == [bad, good]
    place.home.database.unlink()
    assert restore_store(place.home, None, LEAD, after(0)).backup == good.folder.name
    assert notes(place) == ["one"]


@pytest.mark.slow
def test_the_runner_makes_them_by_itself(place: Place) -> None:
    note(place, "one")
    place.runner(TRAINWEEK_BACKUP_INTERVAL_S="0.5")
    wait_for(lambda: len(backups(place.home)) >= 2)
    log = place.home.runner_log.read_text()
    assert "Backup" in log
    assert "ledger lines" in log
    assert "rollback journal (DELETE), synchronous EXTRA" in log or "write-ahead log," in log


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    from core.paths import Home

    with pytest.raises(InputError, match="no database"):
        make_backup(Home(tmp_path), after(0), WEEK)


def test_a_damaged_database_is_restored_and_no_line_behind_the_backup_is_lost(
    place: Place,
) -> None:
    note(place, "one")
    name = backed_up(place).folder.name
    note(place, "two")
    old = place.home.database.read_bytes()
    damaged(place.home.database)
    done = restored(place)
    assert (done.backup, done.lines, done.from_ledger, done.dropped) == (name, 3, 1, 0)
    assert notes(place) == ["one", "two"]
    (kept,) = done.kept
    assert (place.home.root / kept).stat().st_size == len(old)
    assert isinstance(place.lead.activity(None, 1)[0].body, StoreRestored)


def test_both_files_gone_come_back_as_far_as_the_backup_goes(place: Place) -> None:
    note(place, "one")
    backed_up(place)
    note(place, "two")
    place.home.ledger.unlink()
    place.home.database.unlink()
    done = restored(place)
    assert (done.lines, done.kept) == (2, ())
    assert notes(place) == ["one"]


@pytest.mark.parametrize("with_backup", [True, False])
def test_a_ledger_that_was_cut_gets_its_lines_back_from_the_database(
    place: Place, with_backup: bool
) -> None:
    note(place, "one")
    if with_backup:
        backed_up(place)
    note(place, "two")
    note(place, "três — “ok”")
    whole = place.home.ledger.read_bytes()
    place.home.ledger.write_bytes(whole[: whole.index(b"\n", whole.index(b"\n") + 1) + 1])
    done = restored(place)
    assert (done.lines, done.from_database) == (4, 2)
    assert place.home.ledger.read_bytes().startswith(whole)
    assert notes(place) == ["one", "two", "três — “ok”"]


def test_of_a_rewritten_ledger_only_what_is_proven_is_taken(place: Place) -> None:
    note(place, "one")
    backed_up(place)
    note(place, "two")
    whole = place.home.ledger.read_bytes()
    place.home.ledger.write_bytes(rewritten(whole, at=2))  # after the backup
    done = restored(place)
    assert (done.from_database, done.dropped) == (1, 1)
    assert place.home.ledger.read_bytes().startswith(whole)
    place.home.ledger.write_bytes(rewritten(place.home.ledger.read_bytes(), at=1))
    restored(place)
    assert place.home.ledger.read_bytes().startswith(whole)


def test_a_broken_backup_is_passed_over_and_refused_by_name(place: Place) -> None:
    note(place, "one")
    good = make_backup(place.home, after(-60), WEEK)
    bad = backed_up(place)
    damaged(bad.database)
    with pytest.raises(IntegrityError, match="is missing or changed"):
        restore_store(place.home, bad.folder.name, LEAD, after(0))
    place.home.database.write_bytes(b"")
    assert restored(place).backup == good.folder.name
    with pytest.raises(InputError, match=good.folder.name):
        restore_store(place.home, "20200101T000000Z", LEAD, after(0))


def test_restoring_waits_for_the_runners_end(place: Place) -> None:
    backed_up(place)
    service = place.service()
    with pytest.raises(ConflictError, match="runner"):
        restore_store(place.home, None, LEAD, after(0))
    service.close()


def test_a_damaged_database_leaves_a_home_that_can_be_read(place: Place) -> None:
    place.lead.tick(place.week.id, "hourly_1", "reward_positive", "", Verdict.PASS, "3.1")
    damaged(place.home.database)
    before = place.home.database.read_bytes()
    client = Client(place.home, LEAD)
    assert len(client.ticks(place.week.id)) == 1
    assert "trainweek ledger restore" in present(client.damage()).remedy
    with pytest.raises(IntegrityError, match=r"damaged.*ledger restore"):
        client.note(place.week.id, "hourly_1", "lost?")
    assert place.home.database.read_bytes() == before  # nothing is repaired by itself
    restored(place)
    assert recorded(client.note(place.week.id, "hourly_1", "saved"))  # the same client still works
    assert client.damage() is None


def test_a_cut_file_under_an_open_client_is_noticed_and_reading_goes_on(place: Place) -> None:
    note(place, "one")
    place.lead.notes(place.week.id)
    place.home.ledger.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(IntegrityError, match="truncated or changed"):
            note(place, "two")
    assert notes(place) == ["one"]
    assert place.lead.damage() is not None


def test_a_home_whose_both_files_are_damaged_says_so(place: Place) -> None:
    damaged(place.home.database)
    place.home.ledger.write_bytes(place.home.ledger.read_bytes().replace(b"launch", b"lunch!"))
    with pytest.raises(IntegrityError, match="restore both from a backup"):
        Client(place.home, LEAD).weeks()
