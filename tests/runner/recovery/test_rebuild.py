"""The record: whatever was done to file, database or both of them is found."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import IntegrityError
from core.people import Person
from core.vocabulary import Role, Verdict
from runner.client import Client
from runner.recovery.rebuild import replay
from runner.recovery.restore import restore_store
from runner.recovery.verification import VerifyReport, verify_ledger
from runner.store import chain
from runner.store.backup import make_backup
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHECK = "reward_positive"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A ledger of a dozen lines; a test puts back what it changed."""
    place = Place(tmp_path_factory.mktemp("record") / "home")
    for slot in ("hourly_1", "hourly_2", "hourly_3"):
        place.lead.tick(place.week.id, slot, CHECK, "seen", Verdict.PASS, "3.1")
        place.lead.note(place.week.id, slot, "ação: tudo bem — “ok”")
    place.client(Person("Eva", Role.ENGINEER)).open_incident(place.week.id, "performance", "flat")
    assert verify_ledger(place.home, tables=True).ok
    yield place
    place.clear()


def verified(place: Place, ledger: bytes) -> VerifyReport:
    """What `ledger verify` says of another file; the true one is put back."""
    true = place.home.ledger.read_bytes()
    try:
        place.home.ledger.write_bytes(ledger)
        return verify_ledger(place.home)
    finally:
        place.home.ledger.write_bytes(true)


_OFTEN = settings(
    max_examples=120,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@_OFTEN
@given(st.data())
def test_a_single_changed_byte_is_found_wherever_it_is(record: Place, data: st.DataObject) -> None:
    true = record.home.ledger.read_bytes()
    # The week's line holds the whole playbook; the others are as likely to be hit.
    end = true.index(b"\n")
    at = data.draw(st.integers(0, end) | st.integers(end, len(true) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(true)
    changed[at] ^= flip
    assert not verified(record, bytes(changed)).ok


@_OFTEN
@given(st.data())
def test_a_removed_a_doubled_and_a_moved_line_are_found(record: Place, data: st.DataObject) -> None:
    lines = record.home.ledger.read_bytes().splitlines(keepends=True)
    places = st.integers(0, len(lines) - 1)
    one, other = data.draw(places), data.draw(places)
    what = data.draw(st.sampled_from(["remove", "double", "move"]))
    changed = list(lines)
    line = changed[one] if what == "double" else changed.pop(one)
    if what != "remove":
        changed.insert(other, line)
    if changed != lines:
        report = verified(record, b"".join(changed))
        assert not report.ok
        assert report.lines <= len(lines)


@_OFTEN
@given(st.integers(1))
def test_a_cut_tail_is_found_whatever_its_length(record: Place, cut: int) -> None:
    true = record.home.ledger.read_bytes()
    assert not verified(record, true[: -(cut % len(true)) or None][: len(true) - 1]).ok


def rewritten(ledger: bytes, at: int = 1) -> bytes:
    """Another history with a perfect chain."""
    fields = [json.loads(line) for line in ledger.splitlines()]
    fields[at]["body"]["note"] = "another"
    prev, new = chain.START, []
    for each in fields:
        sealed = chain.seal(each | {"prev": prev})
        prev = sealed["sha256"]
        new.append(chain.canonical(sealed).encode() + b"\n")
    return b"".join(new)


def test_a_file_that_was_rewritten_as_a_whole_disagrees_with_the_database(record: Place) -> None:
    report = verified(record, rewritten(record.home.ledger.read_bytes()))
    assert [each.what for each in report.problems] == ["Line 2 differs from the database."]


def test_file_and_database_rewritten_together_disagree_with_their_backup(place: Place) -> None:
    place.lead.tick(place.week.id, "hourly_1", CHECK, "seen", Verdict.PASS, "3.1")
    make_backup(place.home, after(0), timedelta(days=7))
    place.home.ledger.write_bytes(rewritten(place.home.ledger.read_bytes()))
    place.home.database.unlink()
    assert Client(place.home, LEAD).ticks(place.week.id)[0].note == "another"
    report = verify_ledger(place.home)
    assert not report.ok
    assert "truncated or rewritten since" in report.text()


def test_a_row_that_was_changed_in_the_database_alone_is_found_and_mended(place: Place) -> None:
    place.lead.tick(place.week.id, "hourly_1", CHECK, "seen", Verdict.FAIL, "3.1")
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute("UPDATE ticks SET verdict_seen = 'PASS'")
        connection.commit()
    report = verify_ledger(place.home, tables=True)
    assert not report.ok
    assert "table ticks differs" in report.text()
    replay(place.home, LEAD, after(0))
    assert verify_ledger(place.home, tables=True).ok
    assert place.lead.ticks(place.week.id)[0].verdict_seen is Verdict.FAIL


def cut(ledger: bytes) -> bytes:
    return b"".join(ledger.splitlines(keepends=True)[:-1])


@pytest.mark.parametrize("known_by", ["database", "damaged database", "backup"])
@pytest.mark.parametrize("harm", [cut, rewritten])
def test_a_replay_that_would_lose_an_acknowledged_line_is_refused(
    place: Place, harm: Callable[[bytes], bytes], known_by: str
) -> None:
    place.lead.tick(place.week.id, "hourly_1", CHECK, "seen", Verdict.PASS, "3.1")
    for number in range(3):
        place.lead.note(place.week.id, "hourly_1", f"note {number}")
    home = place.home
    if known_by == "backup":
        make_backup(home, after(0), timedelta(days=7))
        home.database.unlink()
    elif known_by == "damaged database":
        with closing(sqlite3.connect(home.database)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET rootpage = 2 WHERE name = 'notes'")
            connection.commit()
    home.ledger.write_bytes(harm(home.ledger.read_bytes()))
    before = home.ledger.read_bytes(), home.database.exists() and home.database.read_bytes()
    with pytest.raises(IntegrityError) as refused:
        replay(home, LEAD, after(0))
    assert "trainweek ledger restore" in refused.value.remedy
    assert before == (
        home.ledger.read_bytes(),
        home.database.exists() and home.database.read_bytes(),
    )
    restore_store(home, None, LEAD, after(0))
    notes = [note.text for note in Client(home, LEAD).notes(place.week.id)]
    assert notes == ["note 0", "note 1", "note 2"]
    assert verify_ledger(home, tables=True).ok


def test_a_replay_is_itself_a_line_of_the_record(place: Place) -> None:
    replay(place.home, LEAD, after(0))
    last = json.loads(place.home.ledger.read_bytes().splitlines()[-1])
    assert (last["kind"], last["body"]["action"], last["by"]) == ("store", "replay", "Lea")
    assert last["body"]["kept"] == ["logs/state/trainweek.before-replay.db"]
    assert verify_ledger(place.home, tables=True).ok


def test_verify_changes_nothing(record: Place) -> None:
    def files() -> dict[Path, tuple[bytes, int]]:
        return {
            path: (path.read_bytes(), path.stat().st_mtime_ns)
            for path in record.home.root.rglob("*")
            if path.is_file() and path.suffix != ".lock"
        }

    before = files()
    assert verify_ledger(record.home, tables=True).ok
    assert files() == before


def test_a_database_of_an_older_schema_verifies_and_stays_as_it_is(tmp_path: Path) -> None:
    place = Place(tmp_path / "home")
    place.lead.tick(place.week.id, "hourly_1", CHECK, "seen", Verdict.PASS, "3.1")
    with closing(sqlite3.connect(place.home.database)) as database, database:
        for table, column in (
            ("jobs", "reason_message"),
            ("attempts", "reason_message"),
            ("incidents", "summary_message"),
            ("ticks", "value_seen_message"),
            ("ledger", "proof"),
            ("ledger", "proved"),
            ("weeks", "archived_at"),
        ):
            database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("DROP TABLE silences")
        database.execute("DROP TABLE acknowledgements")
        database.execute("DROP TABLE alert_rules")
        database.execute("UPDATE alembic_version SET version_num = '0003'")
    before = place.home.database.read_bytes()
    report = verify_ledger(place.home, tables=True)
    assert report.ok, report.text()
    assert place.home.database.read_bytes() == before
    place.clear()
