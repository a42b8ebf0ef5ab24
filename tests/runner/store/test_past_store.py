"""The store of a past moment has the rows that all lines up to then make, and no other."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, select

from core.ledger_bodies import (
    AlertAcknowledged,
    AlertMarked,
    AlertsSilenced,
    ClockSet,
    IncidentClosed,
    IncidentOpened,
    NoteWritten,
    RunnerEnded,
    RunnerStarted,
    SilenceEnded,
    Ticked,
    TickWithdrawn,
    WeekArchived,
    WeekUsed,
)
from core.paths import Home
from core.people import RUNNER
from core.timestamps import iso
from core.vocabulary import Verdict
from runner.recovery.rebuild import replay
from runner.store import Store, past_store, schema
from runner.store.apply import apply
from runner.store.past_store import PastStore
from runner.store.row_writer import RowWriter
from tests.benchmarks.growth.years import FIRST_LAUNCH, LEAD, WEEK, Size, Years
from tests.expected import present

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.ledger_bodies import Body
    from runner.records import RunnerStatus

FIRST, SECOND = "2023-07-03", "2023-07-10"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three weeks, and then lines that reach back into the first two."""
    home = Home(tmp_path_factory.mktemp("years") / "home")
    size = Size(lines=450, weeks=3, runs=3, revalidations=3)
    Years(home, size, [hashlib.sha256(b"%d" % n).hexdigest() for n in range(3)]).write()
    replay(home, RUNNER, FIRST_LAUNCH + 3 * WEEK)
    store, at = Store(home), FIRST_LAUNCH + 4 * WEEK

    def line(body: Body, week: str | None) -> int:
        nonlocal at
        at += timedelta(minutes=1)
        with store.write() as write:
            return write.append(body, by=LEAD, at=at, at_week=at, week_id=week).seq

    told = line(AlertAcknowledged(what="run:stalled"), FIRST)
    silence = line(AlertsSilenced(what="all", until=iso(at + WEEK), reason="x"), FIRST)
    line(WeekUsed(id=FIRST), FIRST)
    line(SilenceEnded(id=silence), SECOND)
    line(AlertMarked(id=told, useful=True), SECOND)
    opened = line(IncidentOpened(procedure="crash", summary="late", blocks_start=True), FIRST)
    tick = line(
        Ticked(
            slot="hourly_1",
            check="speed",
            note="",
            verdict_seen=Verdict.PASS,
            value_seen="1",
            replaces=None,
        ),
        SECOND,
    )
    line(NoteWritten(slot="hourly_1", text="late"), FIRST)
    line(TickWithdrawn(tick=tick, slot="hourly_1", check="speed", reason="a slip"), SECOND)
    line(IncidentClosed(id=opened, reason="found"), FIRST)
    line(ClockSet(real=at, week=at, pace=2.0), SECOND)
    line(RunnerStarted(epoch=99, host="here", pid=1), None)
    line(WeekArchived(id=FIRST), FIRST)
    line(RunnerEnded(epoch=99), None)
    return store


def tables(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
        for table in schema.metadata.sorted_tables
    }


def applied(store: Store, at: datetime) -> dict[str, list[tuple[Any, ...]]]:
    """Every line up to the moment, applied to empty tables."""
    with store.read() as source, create_engine("sqlite://").begin() as target:
        schema.metadata.create_all(target)
        rows = RowWriter(target)
        table = schema.ledger
        for line in source.execute(select(table).where(table.c.at <= at).order_by(table.c.seq)):
            moments = {"at": iso(line.at), "at_week": iso(line.at_week)}
            apply(rows, {**line._mapping, **moments}, line.end, line.proved)
        rows.flush()
        return tables(target)


def moments(store: Store) -> list[datetime]:
    with store.read() as connection:
        every = list(connection.scalars(select(schema.ledger.c.at).order_by(schema.ledger.c.seq)))
    between = every[10] + (every[11] - every[10]) / 2
    return [every[0] - WEEK, every[0], *every[100:450:100], between, *every[-14:], every[-1] + WEEK]


def test_the_tables_are_those_that_all_lines_up_to_then_make(store: Store) -> None:
    for at in moments(store):
        with PastStore(store, at).read() as past:
            assert tables(past) == applied(store, at), at


def test_without_a_file_all_lines_are_applied(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a database on a server."""
    monkeypatch.setattr(Store, "database_file", None)
    at = moments(store)[-6]
    with PastStore(store, at).read() as past:
        assert tables(past) == applied(store, at)


def test_of_other_weeks_only_ticks_and_notes_are_left_out(store: Store) -> None:
    for at in moments(store)[::4]:
        with PastStore(store, at, SECOND).read() as past:
            found, wanted = tables(past), applied(store, at)
        for name in ("ticks", "notes"):
            wanted[name] = [row for row in wanted[name] if SECOND in row]
        assert found == wanted


def test_few_lines_are_applied_again_however_many_there_are(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week that no later line has changed is taken as it is."""
    lines: list[str | None] = []
    monkeypatch.setattr(
        "runner.store.past_store.apply", lambda rows, fields, *_: lines.append(fields["week_id"])
    )
    with store.read() as connection:
        table = schema.ledger
        third = connection.scalar(select(table.c.at).where(table.c.seq == 320))
        assert third is not None
    PastStore(store, third, SECOND)
    assert 0 < lines.count("2023-07-17") < 40, "the week of that moment, without its ticks"
    assert lines.count(SECOND) > 0, "its clock was set later"


def test_whether_a_runner_was_alive_is_known_once_it_has_ended_in_order(store: Store) -> None:
    last = moments(store)[-2]
    then = PastStore(store, last - timedelta(minutes=1)).runner
    assert (then.alive, then.known, then.epoch) == (True, True, 99)
    after = PastStore(store, last + timedelta(minutes=1)).runner
    assert (after.alive, after.known) == (False, True)
    assert PastStore(store, FIRST_LAUNCH - WEEK).runner.since is None


def test_a_line_that_is_written_later_does_not_get_in(store: Store) -> None:
    at = moments(store)[-1]
    past = PastStore(store, at)
    with past.read() as connection:
        before = tables(connection)
    with store.write() as write:
        later = at + timedelta(days=1)
        write.append(WeekUsed(id=SECOND), by=LEAD, at=later, at_week=later, week_id=SECOND)
    with past.read() as connection:
        assert tables(connection) == before


def test_all_is_read_as_of_one_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[bool] = []
    right = past_store._runner

    def runner(source: Connection, at: datetime) -> RunnerStatus:
        begun.append(present(source.connection.dbapi_connection).in_transaction)
        return right(source, at)

    monkeypatch.setattr(past_store, "_runner", runner)
    PastStore(store, FIRST_LAUNCH + WEEK)
    assert begun == [True]
