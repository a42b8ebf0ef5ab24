"""The record on a server: chain and tables in one transaction, the file as its mirror."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from core.errors import ConflictError, IntegrityError, SetupError
from core.ledger_bodies import NoteWritten
from core.paths import Home
from core.vocabulary import Verdict
from runner.client import Client
from runner.home.runner_lock import runner_lock
from runner.outcomes import Recorded
from runner.recovery import shared_verification
from runner.recovery.shared_verification import verify_record
from runner.store import chain, open_store
from runner.store.opening import refresh_ledger_file
from runner.store.postgresql.server import engine_of
from runner.store.postgresql.tables import metadata as own_metadata
from runner.store.schema import REVISION, metadata
from tests.postgresql import share
from tests.runner.place import LAUNCH, LEAD

if TYPE_CHECKING:
    from pathlib import Path

    from runner.recovery.claims import Claims, LedgerProblem
    from tests.postgresql import Server
    from tests.runner.place import Place


def address(place: Place) -> str:
    return place.home.settings_file.read_text().split()[1]


def test_the_chain_is_in_the_database_and_the_file_is_the_same(shared: Place) -> None:
    shared.lead.note(shared.week.id, "hourly_1", "ação: tudo bem — “ok”")
    with shared.lead.store.read() as connection:
        query = text("SELECT line FROM ledger_lines ORDER BY seq")
        lines = list(connection.scalars(query))
        hashes = list(connection.scalars(text("SELECT sha256 FROM ledger ORDER BY seq")))
    raws = [line.encode() + b"\n" for line in lines]
    assert [line.sha256 for line in chain.read_lines(raws)] == hashes
    assert shared.home.ledger.read_bytes() == b"".join(raws)
    assert not shared.home.database.exists()


def test_the_migrated_schema_is_the_declared_one(shared: Place) -> None:
    for declared in (metadata, own_metadata):
        with engine_of(address(shared)).connect() as connection:
            names = set(declared.tables)
            context = MigrationContext.configure(
                connection,
                opts={
                    "include_object": lambda thing, name, kind, *_, names=names: (
                        kind != "table" or name in names
                    )
                },
            )
            assert compare_metadata(context, declared) == []
            assert context.get_current_revision() == REVISION


def test_another_machine_sees_the_same_and_gets_a_mirror_of_its_own(
    shared: Place, tmp_path: Path
) -> None:
    other = Home(tmp_path / "other")
    share(other, address(shared))
    there = Client(other, LEAD)
    outcome = there.tick(shared.week.id, "hourly_1", "reward_positive", "seen", Verdict.PASS, "3.1")
    assert isinstance(outcome, Recorded)
    assert [tick.id for tick in shared.lead.ticks(shared.week.id)] == [outcome.record.id]
    whole = other.ledger.read_bytes()
    assert whole.startswith(shared.home.ledger.read_bytes())
    shared.lead.note(shared.week.id, "hourly_1", "from here")
    assert shared.home.ledger.read_bytes().startswith(whole)
    assert other.ledger.read_bytes() == whole
    assert refresh_ledger_file(other)
    assert other.ledger.read_bytes() == shared.home.ledger.read_bytes()


def test_a_week_of_sqlite_moves_to_an_empty_database(tmp_path: Path, postgresql: Server) -> None:
    home = Home(tmp_path / "home")
    before = Client(home, LEAD)
    before.create_week(LAUNCH)
    week = f"{LAUNCH:%Y-%m-%d}"
    before.note(week, "hourly_1", "written to the file")
    lines = home.ledger.read_bytes()
    share(home, postgresql.new_database())
    moved = Client(home, LEAD)
    assert [note.text for note in moved.notes(week)] == ["written to the file"]
    assert home.ledger.read_bytes() == lines
    moved.note(week, "hourly_1", "written to the server")
    assert [note.text for note in before.notes(week)] == ["written to the file"]
    with pytest.raises(ConflictError, match=r"was moved to a database server.*store_url"):
        before.note(week, "hourly_1", "too late")


def test_a_record_does_not_move_while_its_runner_writes_to_the_file(
    tmp_path: Path, postgresql: Server
) -> None:
    home = Home(tmp_path / "home")
    Client(home, LEAD).create_week(LAUNCH)
    share(home, postgresql.new_database())
    lock = runner_lock(home, take_over=False)
    with pytest.raises(ConflictError, match="its runner is active"):
        open_store(home)
    lock.release()
    assert [week.id for week in Client(home, LEAD).weeks()] == [f"{LAUNCH:%Y-%m-%d}"]


def test_a_write_that_raises_leaves_no_trace(shared: Place) -> None:
    before = shared.home.ledger.read_bytes()
    with pytest.raises(ZeroDivisionError), shared.lead.store.write() as transaction:  # noqa: PT012
        shared.lead._append(transaction, NoteWritten(slot="x", text="y"), shared.week.id)
        raise ZeroDivisionError
    assert shared.lead.notes(shared.week.id) == []
    assert shared.home.ledger.read_bytes() == before


def test_many_writers_on_two_machines_lose_nothing(shared: Place, tmp_path: Path) -> None:
    other, errors = Home(tmp_path / "other"), list[Exception]()
    share(other, address(shared))

    def write(number: int) -> None:
        try:
            client = Client(other if number % 2 else shared.home, LEAD)
            for turn in range(5):
                client.note(shared.week.id, "hourly_1", f"{number}.{turn}")
        except Exception as error:  # a thread's error must reach the test
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({note.text for note in shared.lead.notes(shared.week.id)}) == 30
    for home in (shared.home, other):
        open_store(home).require_ledger()
    assert shared.home.ledger.read_bytes() == other.ledger.read_bytes()
    assert len(list(chain.read(other.ledger))) == 31


def test_a_mirror_that_was_lost_is_written_anew(shared: Place) -> None:
    shared.lead.note(shared.week.id, "hourly_1", "one")
    before = shared.home.ledger.read_bytes()
    shared.home.ledger.unlink()
    open_store(shared.home)
    assert shared.home.ledger.read_bytes() == before


def test_nothing_is_written_to_a_database_that_was_put_back(
    shared: Place, postgresql: Server
) -> None:
    shared.lead.note(shared.week.id, "hourly_1", "one")
    with postgresql.admin(database := address(shared).partition("?")[0].rpartition("/")[2]) as sql:
        for table, key in (("notes", "id"), ("ledger", "seq"), ("ledger_lines", "seq")):
            sql.exec_driver_sql(f"DELETE FROM {table} WHERE {key} = 2")
    assert database.startswith("test_")
    before = shared.home.ledger.read_bytes()
    with pytest.raises(IntegrityError, match=r"has 1 ledger lines, .* has more: .* put back"):
        shared.lead.note(shared.week.id, "hourly_1", "two")
    assert shared.home.ledger.read_bytes() == before
    assert "put back" in str(shared.lead.damage())
    assert shared.lead.notes(shared.week.id) == []  # reading goes on


def test_a_mirror_with_another_line_stops_the_next_write_and_names_it(shared: Place) -> None:
    shared.lead.note(shared.week.id, "hourly_1", "one")
    text_of = shared.home.ledger.read_text()
    shared.home.ledger.write_text(text_of.replace('"one"', '"two"'))
    with pytest.raises(
        IntegrityError, match=r"Line 2 differs from the database.*move the file away"
    ):
        Client(shared.home, LEAD).note(shared.week.id, "hourly_1", "three")
    shared.home.ledger.write_text(text_of)
    shared.lead.note(shared.week.id, "hourly_1", "three")
    assert shared.lead.damage() is None


def test_a_database_of_a_newer_version_is_refused_with_the_setting(
    shared: Place, postgresql: Server
) -> None:
    database = address(shared).partition("?")[0].rpartition("/")[2]
    with postgresql.admin(database) as sql:
        sql.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SetupError, match=f"store_url: .*9999.*{REVISION}.*newer trainweek"):
        Client(shared.home, LEAD).weeks()


def test_people_can_write_while_the_record_is_verified(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.lead.store.busy_timeout_s = 0.5
    real = shared_verification._verified

    def verified(raws: list[bytes], claims: Claims) -> tuple[list[str], list[LedgerProblem]]:
        shared.lead.note(shared.week.id, "hourly_1", "meanwhile")
        return real(raws, claims)

    monkeypatch.setattr(shared_verification, "_verified", verified)
    report = verify_record(shared.home, tables=True)
    assert (report.problems, report.lines) == ((), 1)
