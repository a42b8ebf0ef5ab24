"""Lines of signed-in people: who has the key proves them, and who has not proves nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from core.canonical_json import canonical
from core.errors import SetupError
from core.people import Person
from core.vocabulary import Role, Verdict
from runner.client import Client
from runner.doctor import examine
from runner.recovery.rebuild import replay
from runner.recovery.restore import restore_store
from runner.recovery.verification import verify_ledger
from runner.settings import Settings
from runner.store import Store, chain
from runner.store.proofs import Proofs, key_id
from tests.expected import recorded
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.paths import Home

ANA = Person("ana@example.org", Role.LEAD, verified=True)
CHECK = "reward_positive"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    yield made
    made.clear()


def tick(place: Place, person: Person = ANA, slot: str = "hourly_1") -> None:
    client = Client(place.home, person)
    recorded(client.tick(place.week.id, slot, CHECK, "seen", Verdict.PASS, "3.1"))


def lines(home: Home) -> list[dict[str, Any]]:
    return [json.loads(line) for line in home.ledger.read_text("utf-8").splitlines()]


def forge(home: Home, **changed: Any) -> None:
    """Append a line with a right chain, as any program of the account can that lacks the key."""
    last = lines(home)[-1]
    fields = {**last, "seq": last["seq"] + 1, "prev": last["sha256"], "key": None, **changed}
    fields = {name: value for name, value in fields.items() if value is not ...}
    line = canonical(chain.seal(fields)) + "\n"
    home.ledger.write_bytes(home.ledger.read_bytes() + line.encode())


def shown(place: Place) -> list[bool]:
    """What the pages say of each tick's author."""
    return [each.verified for each in Client(place.home, LEAD).ticks(place.week.id)]


def test_only_acts_of_signed_in_people_carry_a_proof(place: Place) -> None:
    tick(place)
    tick(place, LEAD, "hourly_2")
    signed_in, claimed = lines(place.home)[-2:]
    assert Proofs(place.home).hold(signed_in)
    assert "proof" not in claimed
    assert sorted(shown(place)) == [False, True]
    assert verify_ledger(place.home, tables=True).ok


def test_the_key_is_its_owners_alone(place: Place) -> None:
    tick(place)
    assert place.home.acts_key.stat().st_mode & 0o777 == 0o600
    assert place.home.acts_key.parent.stat().st_mode & 0o777 == 0o700
    place.home.acts_key.chmod(0o640)
    with pytest.raises(SetupError, match=r"accessible to others \(mode 640\)"):
        tick(place, slot="hourly_2")
    assert len(shown(place)) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"proof": ...},
        {"proof": "0" * 64},
        {"proof": None},
        {"proof": 7},
        {},  # the proof of another line, moved to this one
    ],
    ids=["none", "zeros", "null", "number", "moved"],
)
def test_a_forged_line_counts_as_unverified_and_is_named(
    place: Place, forged: dict[str, Any]
) -> None:
    tick(place)
    seq = lines(place.home)[-1]["seq"]
    forge(place.home, **forged, body={**lines(place.home)[-1]["body"], "slot": "hourly_3"})
    assert sorted(shown(place)) == [False, True]
    report = verify_ledger(place.home, tables=True)
    assert [problem.kind for problem in report.problems] == ["unproved"]
    assert f": {seq + 1} (ana@example.org)" in report.text()
    results = [r for r in examine(place.home, Settings(), after(0)) if r.subject == "ledger"]
    assert any("without a valid proof" in result.what for result in results)


def test_any_changed_field_of_a_proved_line_voids_its_proof(place: Place) -> None:
    tick(place)
    fields = lines(place.home)[-1]
    others = {"seq": 99, "by": "eva", "role": "cto", "at": fields["at_week"] + "x", "prev": "0"}
    for name, value in (others | {"body": {}, "kind": "note", "week_id": None, "key": "k"}).items():
        assert not Proofs(place.home).hold(fields | {name: value}), name
    assert not Proofs(place.home).hold(fields | {"verified": 1})
    assert Proofs(place.home).hold(fields)


def test_proofs_survive_a_replay_and_a_restore(place: Place) -> None:
    tick(place)
    replay(place.home, LEAD, after(1))
    assert shown(place) == [True]
    place.home.ledger.write_bytes(place.home.ledger.read_bytes()[:200])  # the database has them
    restore_store(place.home, None, LEAD, after(2))
    assert shown(place) == [True]
    assert verify_ledger(place.home, tables=True).ok


def test_a_lost_key_is_told_and_the_old_one_as_a_second_line_proves_again(place: Place) -> None:
    tick(place)
    old = place.home.acts_key.read_text("ascii")
    place.home.acts_key.unlink()
    tick(place, slot="hourly_2")
    told = verify_ledger(place.home).text()
    assert "1 line claims a signed-in person without a valid proof" in told
    assert "Some proofs are of the key" in told
    with place.home.acts_key.open("a", encoding="ascii") as file:
        file.write(old)
    assert verify_ledger(place.home, tables=True).ok
    tick(place, slot="hourly_3")
    assert verify_ledger(place.home, tables=True).ok


def test_keys_read_once_are_those_of_the_file_when_they_are_first_needed(place: Place) -> None:
    tick(place)
    proofs, stored = Proofs(place.home), place.home.acts_key.read_text("ascii")
    old = proofs.key_ids
    place.home.acts_key.write_text("0" * 64 + "\n")
    same = proofs.read_once()
    new = same.key_ids
    assert new == [key_id(bytes(32))]
    place.home.acts_key.write_text(stored)
    assert (same.key_ids, proofs.key_ids) == (new, old)


def test_a_damaged_key_stops_the_acts_that_need_it_and_no_others(place: Place) -> None:
    tick(place)
    place.home.acts_key.write_text("no key\n")
    with pytest.raises(SetupError, match="is damaged"):
        tick(place, slot="hourly_2")
    tick(place, LEAD, "hourly_2")
    assert "is damaged" in verify_ledger(place.home).text()


def test_lines_of_an_older_version_are_unverified_after_the_migration(place: Place) -> None:
    tick(place)
    without = {k: v for k, v in lines(place.home)[-1].items() if k != "proof"}
    raw = place.home.ledger.read_bytes().splitlines(keepends=True)[:-1]
    sealed = chain.seal(without)
    place.home.ledger.write_bytes(b"".join(raw) + canonical(sealed).encode() + b"\n")
    with closing(sqlite3.connect(place.home.database)) as database, database:
        change = 'UPDATE ledger SET sha256 = ?, "end" = ? WHERE seq = ?'
        size = place.home.ledger.stat().st_size
        database.execute(change, (sealed["sha256"], size, sealed["seq"]))
        database.execute("ALTER TABLE ledger DROP COLUMN proof")
        database.execute("ALTER TABLE ledger DROP COLUMN proved")
        database.execute("ALTER TABLE weeks DROP COLUMN archived_at")
        database.execute("DROP TABLE silences")
        database.execute("DROP TABLE acknowledgements")
        database.execute("DROP TABLE alert_rules")
        database.execute("DROP TABLE shifts")
        database.execute("UPDATE alembic_version SET version_num = '0005'")
    Store(place.home).require_sound()
    assert shown(place) == [False]
    assert [p.kind for p in verify_ledger(place.home, tables=True).problems] == ["unproved"]
