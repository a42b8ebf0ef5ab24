"""A quick verification relies on a checkpoint only where nothing before it can have changed."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from core.alerts.kinds import EventKind
from core.errors import IntegrityError, SetupError
from core.language import Message
from runner.client import Client
from runner.recovery.claims import LedgerProblem
from runner.recovery.daily_verification import DailyVerification
from runner.recovery.kept_verification import (
    EVERY,
    found_problem,
    verification_late,
    verify_tail,
    verify_whole,
    whole_verification,
)
from runner.recovery.restore import restore_store
from runner.recovery.shared_verification import verify_record
from runner.settings import Settings
from runner.store import Store, known_lines
from runner.store.backup import make_backup
from runner.store.checkpoint import compared_file, keep, kept, key_file, verified_file
from runner.week.machine_conditions import machine_conditions
from tests.expected import present
from tests.runner.place import LEAD, Place, after, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home

NOW = after(1)


@pytest.fixture
def verified(place: Place) -> Place:
    """Lines, a whole verification of them, and lines after it."""
    note(place, "before")
    assert verify_whole(place.home, NOW).ok
    note(place, "after")
    return place


def note(place: Place, text: str) -> None:
    place.lead.note(place.week.id, "hourly_1", text)


def change_database(place: Place, statement: str) -> None:
    with closing(sqlite3.connect(place.home.database)) as connection, connection:
        connection.execute(statement)


def test_only_what_came_later_is_read(verified: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    claims = "runner.recovery.kept_verification.Claims.read"
    monkeypatch.setattr(claims, lambda _, fields: read.append(fields["seq"]))
    report = present(verify_tail(verified.home, NOW))
    since = present(report.since)
    assert report.ok
    assert read == list(range(since.seq + 1, report.lines + 1)) == [since.seq + 1]
    assert f"everything was verified, at {NOW:%Y-%m-%d %H:%M} UTC" in report.text()


def reworded(place: Place, before: bytes, then: bytes) -> None:
    text = place.home.ledger.read_bytes()
    assert before in text
    place.home.ledger.write_bytes(text.replace(before, then))


def cut(place: Place) -> None:
    """The file ends before the checkpoint: as of a copy that is older than it."""
    last = present(whole_verification(place.home, NOW))
    place.home.ledger.write_bytes(place.home.ledger.read_bytes()[: last.end - 200])


def forged(place: Place) -> None:
    """A checkpoint that names the changed bytes, without the key."""
    reworded(place, b'"before"', b'"BEFORE"')
    path = verified_file(place.home)
    stored = json.loads(path.read_bytes())
    stored["prefix"] = sha256(place.home.ledger.read_bytes()[: stored["end"]]).hexdigest()
    path.write_text(json.dumps(stored), encoding="utf-8")


CHANGES: dict[str, Callable[[Place], object]] = {
    "before it": lambda place: reworded(place, b'"before"', b'"BEFORE"'),
    "after it": lambda place: reworded(place, b'"after"', b'"AFTER"'),
    "cut off": cut,
    "a torn last line": lambda place: place.home.ledger.write_bytes(
        place.home.ledger.read_bytes()[:-1]
    ),
    "a forged checkpoint": forged,
    "the database's hash there": lambda place: change_database(
        place, "UPDATE ledger SET sha256 = 'f' || substr(sha256, 2) WHERE seq >= 2"
    ),
    "no database": lambda place: place.home.database.unlink(),
    "an unreadable checkpoint": lambda place: verified_file(place.home).write_text("{"),
    "no key of checkpoints": lambda place: key_file(place.home).unlink(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_was_changed_is_left_to_the_whole(verified: Place, what: str) -> None:
    assert verify_tail(verified.home, NOW) is not None
    CHANGES[what](verified)
    assert verify_tail(verified.home, NOW) is None


def test_a_restored_ledger_is_verified_as_a_whole(place: Place) -> None:
    note(place, "one")
    backup = make_backup(place.home, after(0), timedelta(days=7))
    note(place, "two")
    assert verify_whole(place.home, NOW).ok
    place.home.ledger.unlink()
    place.home.database.unlink()
    restore_store(place.home, backup.folder.name, LEAD, NOW)
    assert verify_tail(place.home, NOW) is None


def test_a_checkpoint_of_the_future_counts_as_none(verified: Place) -> None:
    assert verify_tail(verified.home, NOW - timedelta(seconds=1)) is None


def test_a_backup_with_another_line_is_left_to_the_whole(verified: Place) -> None:
    make_backup(verified.home, after(0), timedelta(days=7))
    assert verify_tail(verified.home, NOW) is not None
    manifest = next(verified.home.backups.glob("*/backup.json"))
    stored = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(stored | {"head": "0" * 64}), encoding="utf-8")
    assert verify_tail(verified.home, NOW) is None


def test_a_row_that_only_the_whole_can_see_ends_the_trust_in_the_checkpoint(
    verified: Place,
) -> None:
    change_database(verified, "UPDATE notes SET text = 'never said'")
    assert present(verify_tail(verified.home, NOW)).ok
    assert not verify_whole(verified.home, NOW).ok
    assert verify_tail(verified.home, NOW) is None
    found = [
        one
        for one in machine_conditions(verified.home, Settings(), NOW, NOW)
        if one.kind is EventKind.RECORD
    ]
    assert [one.text["en"] for one in found] == [present(found_problem(verified.home)).what]
    change_database(
        verified, "UPDATE notes SET text = (CASE WHEN id = 2 THEN 'before' ELSE 'after' END)"
    )
    assert verify_whole(verified.home, NOW).ok
    assert found_problem(verified.home) is None


def test_a_mistyped_anchor_is_no_problem_of_the_record(verified: Place) -> None:
    assert not verify_whole(verified.home, NOW, anchor="0" * 16).ok
    assert found_problem(verified.home) is None
    assert present(verify_tail(verified.home, NOW)).ok


def test_a_database_that_only_lacks_a_line_is_no_lasting_problem(place: Place) -> None:
    note(place, "one")
    assert verify_whole(place.home, NOW).ok
    before = place.home.database.read_bytes()
    note(place, "two")
    place.home.database.write_bytes(before)  # a kill between the line and its commit
    report = verify_whole(place.home, NOW)
    assert [each.kind for each in report.problems] == ["behind"]
    assert found_problem(place.home) is None
    assert whole_verification(place.home, NOW) is not None


def test_a_shared_record_whose_file_lags_gets_its_lines_first(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(place, "one")
    right = verify_record(place.home)
    lags = replace(right, problems=(LedgerProblem("behind", Message("x"), Message("y")),))
    reports = [lags, right]
    refreshed: list[Home] = []
    module = "runner.recovery.kept_verification"
    monkeypatch.setattr(f"{module}.verify_record", lambda *_, **__: reports.pop(0))

    def refresh(home: Home) -> bool:
        refreshed.append(home)
        return True

    monkeypatch.setattr(f"{module}.refresh_ledger_file", refresh)
    assert verify_whole(place.home, NOW).ok
    assert refreshed == [place.home]


def test_what_was_found_is_reported_where_nothing_can_be_kept(
    verified: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_database(verified, "UPDATE notes SET text = 'never said'")

    def full(*_: object) -> None:
        raise SetupError(Message("The disk is full."), Message("Free some."))

    monkeypatch.setattr("runner.recovery.kept_verification.write_json", full)
    assert [each.kind for each in verify_whole(verified.home, NOW).problems] == ["corrupt"]


def test_a_verification_that_never_succeeds_is_late(place: Place) -> None:
    note(place, "one")
    begun = datetime.now(UTC)
    assert not verification_late(place.home, begun + EVERY)
    assert verification_late(place.home, begun + 2 * EVERY + timedelta(minutes=1))
    assert verify_whole(place.home, begun + EVERY).ok
    assert not verification_late(place.home, begun + 2 * EVERY + timedelta(minutes=1))
    assert verification_late(place.home, begun + 3 * EVERY + timedelta(minutes=1))


def test_a_checkpoint_that_is_gone_is_made_again_soon(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(place, "one")
    assert verify_whole(place.home, NOW).ok
    started: list[float] = []
    daily = DailyVerification(place.home, NOW, 0.0)
    monkeypatch.setattr(daily._process, "start", started.append)
    daily.tick(NOW, 600.0)
    verified_file(place.home).unlink()  # a person's verification found something
    daily.tick(NOW, 700.0)
    assert started == [700.0]


def test_the_runner_verifies_everything_once_a_day(place: Place) -> None:
    note(place, "one")
    daily = DailyVerification(place.home, NOW, 0.0)
    daily.tick(NOW, 599.0)
    assert not daily._process.in_progress
    daily.tick(NOW, 600.0)
    wait_for(lambda: verified_file(place.home).exists())

    def ended() -> bool:
        daily.tick(NOW, 601.0)
        return not daily._process.in_progress

    wait_for(ended)
    last = present(kept(place.home, verified_file(place.home)))
    later = present(last.at) + timedelta(hours=1)
    again = DailyVerification(place.home, later, 0.0)
    again.tick(later, (EVERY - timedelta(hours=1)).total_seconds() - 1)
    assert not again._process.in_progress
    again.close()


def test_a_start_compares_what_came_after_the_last_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_lines, "LEAST_LINES", 2)
    for text in ("one", "two", "three"):
        note(place, text)
    Store(place.home)
    first = present(kept(place.home, compared_file(place.home)))
    note(place, "four")
    compared: list[bytes] = []
    right = known_lines.stated_hash

    def counted(raw: bytes) -> str | None:
        compared.append(raw)
        return right(raw)

    monkeypatch.setattr(known_lines, "stated_hash", counted)
    Store(place.home)
    assert len(compared) == 1
    assert b'"four"' in compared[0]
    assert kept(place.home, compared_file(place.home)) == first


@pytest.mark.parametrize("lie", [False, True])
def test_a_start_finds_a_change_before_its_checkpoint(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, lie: bool
) -> None:
    monkeypatch.setattr(known_lines, "LEAST_LINES", 2)
    for text in ("one", "two", "three"):
        note(place, text)
    Store(place.home)
    last = present(kept(place.home, compared_file(place.home)))
    if lie:  # one of another data directory, with a key of its own
        shutil.copytree(place.home.state / "keys", place.home.state / "other")
        key_file(place.home).write_text("0" * 64, encoding="ascii")
        keep(place.home, compared_file(place.home), replace(last, prefix="0" * 64))
    reworded(place, b'"two"', b'"TWO"')
    with pytest.raises(IntegrityError, match="differs from the database"):
        note_of(Client(place.home, LEAD), place)


def note_of(client: Client, place: Place) -> None:
    client.note(place.week.id, "hourly_1", "never written")
