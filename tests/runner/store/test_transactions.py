"""Store and ledger: what is acknowledged stays, and what was touched is found."""

from __future__ import annotations

import sqlite3
import threading
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateIndex

import runner.migrations
from core.alerts.acknowledgement import incident_key
from core.alerts.own_rule import Operator, RuleTerms
from core.errors import ConflictError, IntegrityError, SetupError
from core.ledger_bodies import NoteWritten
from core.paths import Home
from core.vocabulary import JobKind, JobState, Severity, SweepState, Verdict
from runner.client import Client
from runner.outcomes import Conflict, Recorded, Refused
from runner.recovery.rebuild import replay
from runner.recovery.shared_verification import verify_record
from runner.recovery.verification import verify_ledger
from runner.store import Store
from runner.store.engine import journal_mode
from runner.store.schema import REVISION, metadata
from tests.expected import present, recorded
from tests.runner.place import ENGINEER, LEAD, Place, after, ticking, wait_for
from tests.runner.sweep_place import begin, now

if TYPE_CHECKING:
    from runner.records import Tick

CHECK = "reward_positive"
UNSIGNED = {"signatures", "conditions_closed"}  # their replay: tests/runner/test_decisions.py


def tick(
    place: Place, slot: str = "hourly_1", **given: Any
) -> Recorded[Tick] | Conflict[Tick] | Refused:
    return place.lead.tick(place.week.id, slot, CHECK, "seen", Verdict.PASS, "3.1", **given)


def table(home: Home) -> dict[str, list[tuple]]:
    """Every row of every table."""
    with closing(sqlite3.connect(home.database)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
            for name in metadata.tables
        }


def busy_week(place: Place) -> None:
    """One of everything that is written."""
    lead, week = place.lead, place.week.id
    lead.record_clock_point(week, place.week.launch, place.week.launch, 60.0)
    first = recorded(tick(place))
    tick(place, replaces=first.id)
    lead.note(week, "hourly_1", "ação: tudo bem — “ok”")
    incident = recorded(lead.open_incident(week, "performance", "flat"))
    lead.do_incident_action(incident.id, 0)
    recorded(lead.mark_alert(recorded(lead.acknowledge(incident_key(incident.id))).id, True))
    rule = RuleTerms("KL", "train/approx_kl", Operator.ABOVE, 0.03, Severity.WARNING)
    made = recorded(lead.make_rule(rule))
    recorded(lead.change_rule(made.id, replace(rule, threshold=0.04)))
    recorded(lead.retire_rule(recorded(lead.make_rule(replace(rule, name="Other"))).id))
    lead.close_incident(incident.id, "it rose again")
    lead.end_silence(recorded(lead.silence("check", after(60), "known")).id)
    shift = recorded(lead.set_shift("Ana", after(0), after(3600)))
    handed = recorded(place.client(ENGINEER).sign_handover(LEAD.name, {"asks": "call Ana"}))
    recorded(lead.accept_handover(handed.id))
    lead.remove_shift(recorded(lead.take_shift(shift.id)).id)
    service = place.service()
    place.until(service, place.submit())
    sweep = begin(place)
    recorded(lead.stop_sweep(sweep.id))
    recorded(lead.resume_sweep(sweep.id))
    wait_for(ticking(service, lambda: now(place, sweep).state is SweepState.FINISHED))
    place.until(service, place.submit(JobKind.TRAIN, do="fail"))
    waiting = place.submit(JobKind.DATA_CHECK)
    lead.stop(waiting.id)
    place.until(service, waiting)
    lead.create_week(place.week.launch.replace(day=25))
    lead.use_week(week)
    service.close()
    place.home.runner_identity.unlink()


@pytest.mark.sqlite
def test_a_rebuilt_database_equals_the_one_that_was_lived(place: Place) -> None:
    busy_week(place)
    before = table(place.home)
    assert all(before[name] for name in metadata.tables if name not in UNSIGNED)
    replay(place.home, LEAD, after(0))
    after_it = table(place.home)
    replayed = [row for row in after_it["ledger"] if row not in before["ledger"]]
    assert len(replayed) == 1
    assert "replay" in repr(replayed)
    assert after_it == before | {"ledger": after_it["ledger"]}
    assert verify_ledger(place.home).ok
    assert Client(place.home, LEAD).ticks(place.week.id) == place.lead.ticks(place.week.id)


def test_the_tables_of_a_busy_week_are_those_of_its_ledger(place: Place) -> None:
    busy_week(place)
    assert verify_record(place.home, tables=True).text().endswith("database up to date.")


@pytest.mark.sqlite
def test_a_database_that_is_gone_comes_back_from_the_ledger(place: Place) -> None:
    tick(place)
    before = table(place.home)
    place.home.database.unlink()
    Client(place.home, LEAD).weeks()
    assert table(place.home) == before


@pytest.mark.sqlite
def test_lines_that_the_database_missed_are_caught_up(place: Place, tmp_path: Path) -> None:
    tick(place)
    old = place.home.database.read_bytes()
    tick(place, "hourly_2")
    place.home.database.write_bytes(old)  # as if the process had died before its commit
    report = verify_ledger(place.home)
    assert not report.ok
    assert "lacks the newest" in report.text()
    assert [t.slot for t in Client(place.home, LEAD).ticks(place.week.id)] == [
        "hourly_1",
        "hourly_2",
    ]
    assert verify_ledger(place.home).ok


@pytest.mark.sqlite
def test_a_write_that_was_cut_off_is_set_aside_and_the_next_one_goes_on(place: Place) -> None:
    tick(place)
    with place.home.ledger.open("ab") as file:
        file.write(b'{"at":"2026-02-23T1')
    report = verify_ledger(place.home)
    assert not report.ok
    assert "not a complete line" in report.text()
    assert isinstance(tick(place, "hourly_2"), Recorded)
    assert verify_ledger(place.home).ok
    assert place.home.ledger.with_suffix(".torn").read_bytes() == b'{"at":"2026-02-23T1\n'


@pytest.mark.sqlite
def test_nothing_is_written_beside_a_ledger_that_was_cut(place: Place) -> None:
    tick(place)
    lines = place.home.ledger.read_bytes().splitlines(keepends=True)
    place.home.ledger.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(IntegrityError, match="was truncated or changed"):
        tick(place, "hourly_2")
    assert place.home.ledger.read_bytes() == b"".join(lines[:-1])
    assert len(place.lead.ticks(place.week.id)) == 1  # reading still works


@pytest.mark.sqlite
def test_a_write_that_raises_leaves_no_trace(place: Place) -> None:
    before, rows = place.home.ledger.read_bytes(), table(place.home)
    with pytest.raises(ZeroDivisionError), place.lead.store.write() as transaction:  # noqa: PT012
        place.lead._append(transaction, NoteWritten(slot="x", text="y"), place.week.id)
        raise ZeroDivisionError
    assert place.home.ledger.read_bytes() == before
    assert table(place.home) == rows


@pytest.mark.sqlite
def test_a_commit_that_fails_takes_its_line_back(place: Place) -> None:
    before = place.home.ledger.read_bytes()
    with closing(sqlite3.connect(place.home.database)) as reader:
        # A reader in the middle of its look keeps a rollback-journal commit waiting.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM ledger").fetchone()
        place.lead.store = Store(place.home, busy_timeout_s=0.2)
        with pytest.raises(ConflictError, match="nothing was saved"):
            tick(place)
    assert place.home.ledger.read_bytes() == before
    assert verify_ledger(place.home).ok
    assert isinstance(tick(place), Recorded)


def test_many_writers_at_once_lose_nothing(place: Place) -> None:
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            client = Client(place.home, LEAD)
            for turn in range(5):
                client.note(place.week.id, "hourly_1", f"{number}.{turn}")
        except Exception as error:  # a thread's error must reach the test
            errors.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({note.text for note in place.lead.notes(place.week.id)}) == 40
    assert verify_record(place.home).ok


@pytest.mark.sqlite
def test_the_migrated_schema_is_the_declared_one(place: Place) -> None:
    engine = create_engine(f"sqlite:///{place.home.database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with warnings.catch_warnings():  # it can't read an index of an expression: compared below
            warnings.filterwarnings("ignore", message="Skipped unsupported reflection")
            warnings.filterwarnings("ignore", message="autogenerate skipping")
            found = compare_metadata(context, metadata)
        expressions = {"one_active_job_of_a_kind", "one_week_in_progress_of_a_place"}
        assert [each for each in found if getattr(each[1], "name", "") not in expressions] == []
        made: dict[str, str] = dict(
            connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%coalesce%'"
            ).all()
        )
        declared = {
            index.name: str(CreateIndex(index).compile(dialect=connection.dialect))
            for table in metadata.tables.values()
            for index in table.indexes
            if index.name in expressions
        }
        assert {name: _plain(sql) for name, sql in made.items()} == {
            name: _plain(sql) for name, sql in declared.items()
        }
        assert context.get_current_revision() == REVISION
    engine.dispose()
    folder = Path(runner.migrations.__file__).parent
    assert ScriptDirectory(str(folder)).get_heads() == [REVISION]


def _plain(sql: str) -> str:
    return " ".join(sql.replace('"', "").split())


@pytest.mark.sqlite
def test_a_database_from_a_newer_trainweek_is_refused_with_both_versions(place: Place) -> None:
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SetupError, match=f"9999.*{REVISION}"):
        Client(place.home, LEAD).weeks()


def test_wal_is_used_only_where_it_is_sound() -> None:
    assert journal_mode((3, 40, 1)) == ("DELETE", "EXTRA")
    assert journal_mode((3, 51, 2)) == ("DELETE", "EXTRA")
    assert journal_mode((3, 51, 3)) == ("WAL", "FULL")


@pytest.mark.sqlite
def test_the_chosen_mode_is_really_in_force(place: Place) -> None:
    with place.lead.store.read() as connection:
        mode = present(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        level = present(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    names = {2: "FULL", 3: "EXTRA"}
    assert (mode.upper(), names[level]) == journal_mode()


def test_a_file_in_place_of_the_home_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(SetupError, match="home"):
        Client(Home(tmp_path / "home"), LEAD).weeks()


@pytest.mark.sqlite
def test_a_damaged_database_is_refused_and_left_as_it_is(place: Place) -> None:
    place.home.database.write_bytes(b"no database at all, but a text " * 200)
    before = place.home.database.read_bytes()
    with pytest.raises(IntegrityError, match="ledger restore"):
        Client(place.home, LEAD).create_week(place.week.launch.replace(day=25))
    assert place.home.database.read_bytes() == before
    replay(place.home, LEAD, after(0))
    assert present(Client(place.home, LEAD).active_week()).id == place.week.id


@pytest.mark.sqlite
def test_a_replay_waits_for_the_runners_end(place: Place) -> None:
    service = place.service()
    with pytest.raises(ConflictError, match="runner"):
        replay(place.home, LEAD, after(0))
    service.close()
    job = place.submit()
    assert place.job(job).state is JobState.QUEUED


@pytest.mark.parametrize("place_of", ["logs", "reports/ledger", "logs/state/trainweek.db"])
def test_no_store_is_opened_through_a_link_that_leaves_the_home(
    tmp_path: Path, place_of: str
) -> None:
    home, outside = Home(tmp_path / "home"), tmp_path / "outside"
    outside.mkdir()
    (home.root / place_of).parent.mkdir(parents=True)
    (home.root / place_of).symlink_to(outside)
    with pytest.raises(SetupError, match="leads out of the data directory"):
        Client(home, LEAD).create_week(after(0))
    assert list(outside.iterdir()) == []
