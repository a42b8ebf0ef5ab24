"""The store as it was at a real moment: the ledger's lines up to then, and the tables they make.

Nothing of it grows with the past of other weeks. The ledger is looked at where it is. What a week
is made of is taken from the tables of now if no later line has changed that week, and only the
lines of the others are applied again.
"""

from __future__ import annotations

from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

from sqlalchemy import StaticPool, create_engine, func, select, text, union

from core.errors import ConflictError
from core.language import Message
from core.ledger_bodies import (
    ClockSet,
    DecisionSigned,
    IncidentOpened,
    JobChanged,
    JobRequested,
    NoteWritten,
    Ticked,
)
from core.timestamps import iso
from runner.records import RunnerStatus
from runner.store import schema
from runner.store.apply import APPLIED_KINDS, apply
from runner.store.damage import operator_errors
from runner.store.row_writer import RowWriter, Values
from runner.store.transactions import Store, Transaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy import Select, Table
    from sqlalchemy.engine import Connection

# Lines of these kinds change rows of their own week alone, and all rows of these tables are theirs.
_OF_ONE_WEEK = {
    ClockSet.kind,
    DecisionSigned.kind,
    IncidentOpened.kind,
    JobChanged.kind,
    JobRequested.kind,
    NoteWritten.kind,
    Ticked.kind,
}
_TABLES_OF_ONE_WEEK = (
    schema.clock_points,
    schema.signatures,
    schema.incidents,
    schema.jobs,
)
_MANY, _TABLES_OF_MANY = {NoteWritten.kind, Ticked.kind}, (schema.notes, schema.ticks)
_NOW = {"schema_translate_map": {None: "now"}}  # the database of now, beside the memory


class PastStore(Store):
    """In memory, and only to be read. Safe to share between threads.

    A live write and a rebuild change the tables by the same functions, and so does this: no
    table has to be undone, and nothing that was recorded later can get in.

    :param store: the store of now.
    :param at: real time; the lines of that very moment are included.
    :param week_id: the only week whose ticks and notes are wanted: they are the most, and each
        is read by week alone. None: those of all weeks.
    :ivar runner: the newest runner of then, as the ledger says it.
    """

    def __init__(self, store: Store, at: datetime, week_id: str | None = None) -> None:
        self.home = store.home
        self.at, self._week_id = at, week_id
        self._of = store  # it may keep a copy of a damaged database
        self._one_at_a_time = RLock()  # all threads share the one connection of the memory
        self._engine = create_engine(
            "sqlite://",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "timeout": store.busy_timeout_s},
        )
        file = store.database_file
        if file is None:
            with store.read() as source, self._engine.begin() as target:
                self._fill_with_all(source, target)
            return
        with operator_errors(self.home), self._engine.begin() as target:
            target.execute(text("ATTACH :file AS now"), {"file": file})
            # By itself the driver begins with the first row that is written: all is read as of one
            # moment, though another process writes meanwhile.
            target.exec_driver_sql("BEGIN")
            self._fill(target)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One read; others wait for it."""
        with (
            self._one_at_a_time,
            operator_errors(self.home),
            self._engine.connect() as connection,
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """:raises ConflictError: always."""
        raise ConflictError(
            Message("The past can't be changed."), Message("Go back to now and try again.")
        )
        yield

    def require_sound(self) -> None:
        """It was read from a sound store."""

    def require_ledger(self) -> None:
        """It has no file of its own."""

    def _fill_with_all(self, source: Connection, target: Connection) -> None:
        """Of a database on a server: every line is copied and applied."""
        table = schema.ledger
        schema.metadata.create_all(target)
        last = source.scalar(select(func.max(table.c.seq)).where(table.c.at <= self.at)) or 0
        self.runner = _runner(source, self.at)
        query = select(table).where(table.c.seq <= last).order_by(table.c.seq)
        _apply(RowWriter(target), source, query)

    def _fill(self, target: Connection) -> None:
        table = schema.ledger
        now = target.execution_options(**_NOW)
        last = now.scalar(select(func.max(table.c.seq)).where(table.c.at <= self.at)) or 0
        self.runner = _runner(now, self.at)
        target.execution_options(schema_translate_map={})
        tables = [each for each in schema.metadata.sorted_tables if each is not table]
        schema.metadata.create_all(target, tables=tables)
        target.exec_driver_sql(
            f"CREATE TEMP VIEW ledger AS SELECT * FROM now.ledger WHERE seq <= {int(last)}"
        )
        begun, changed = self._weeks(target, last)
        whole = changed if self._week_id is None else changed & {self._week_id}
        self._copy(target, begun - changed)
        _apply(_TableWriter(target), target, _lines_of(changed, whole))

    def _copy(self, target: Connection, weeks: Collection[str]) -> None:
        """The rows of weeks that are as they were."""
        target.exec_driver_sql("CREATE TEMP TABLE unchanged (id TEXT PRIMARY KEY)")
        for week in weeks:
            target.execute(text("INSERT INTO unchanged VALUES (:week)"), {"week": week})
        for table in _TABLES_OF_ONE_WEEK:
            _take(target, table, "week_id IN unchanged")
        _take(target, schema.attempts, "job_id IN (SELECT id FROM main.jobs)")
        wanted = "(:week IS NULL OR week_id = :week)"
        for table in _TABLES_OF_MANY:
            _take(target, table, f"week_id IN unchanged AND {wanted}", week=self._week_id)

    def _weeks(self, target: Connection, last: int) -> tuple[set[str], set[str]]:
        """The weeks that had begun, and those of them that a later line changed."""
        begun, changed = set(), set()
        kinds = ", ".join(f"'{kind}'" for kind in sorted(_OF_ONE_WEEK))
        later = text(
            "SELECT 1 FROM now.ledger WHERE week_id = :week AND seq > :last"
            f" AND kind IN ({kinds}) LIMIT 1"
        )
        # Both are at the ends of an index.
        bounds = (
            "SELECT id, (SELECT min(seq) FROM now.ledger WHERE week_id = id),"
            " (SELECT max(seq) FROM now.ledger WHERE week_id = id) FROM now.weeks"
        )
        for week, first, newest in target.execute(text(bounds)).all():
            if first is None or first > last:
                continue
            begun.add(week)
            if newest > last and target.scalar(later, {"week": week, "last": last}):
                changed.add(week)
        return begun, changed


class _TableWriter(RowWriter):
    """Without the ledger itself, which is there."""

    def insert(self, table: Table, values: Values) -> None:
        if table is not schema.ledger:
            super().insert(table, values)


def _apply(rows: RowWriter, source: Connection, lines: Select[Any]) -> None:
    for line in source.execute(lines):
        moments = {"at": iso(line.at), "at_week": iso(line.at_week)}
        apply(rows, {**line._mapping, **moments}, line.end, line.proved)
    rows.flush()


def _lines_of(changed: Collection[str], whole: Collection[str]) -> Select[Any]:
    """The lines to apply: of weeks that were changed later, and those that are of no one week.

    :param whole: the weeks whose ticks and notes are wanted, too.
    """
    table = schema.ledger
    seq, kind, week = table.c.seq, table.c.kind, table.c.week_id
    wanted = union(
        select(seq).where(kind.in_(sorted(APPLIED_KINDS - _OF_ONE_WEEK))),
        select(seq).where(week.in_(sorted(changed)), kind.in_(sorted(_OF_ONE_WEEK - _MANY))),
        select(seq).where(week.in_(sorted(whole)), kind.in_(sorted(_MANY))),
        select(seq).where(week.is_(None), kind.in_(sorted(_OF_ONE_WEEK))),
    )
    return select(table).where(seq.in_(wanted)).order_by(seq)


def _take(target: Connection, table: Table, where: str, **given: str | None) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    statement = (
        f'INSERT INTO main."{table.name}" ({names})'
        f' SELECT {names} FROM now."{table.name}" WHERE {where}'
    )
    target.execute(text(statement), given)


def _runner(now: Connection, at: datetime) -> RunnerStatus:
    """The newest runner that had begun.

    It was alive if it ended in order later. Of one that never did, the ledger doesn't say how
    long it lived.
    """
    table = schema.runners
    newest = select(table).where(table.c.since <= at).order_by(table.c.epoch.desc()).limit(1)
    row = now.execute(newest).first()
    if row is None:
        return RunnerStatus(alive=False)
    alive = row.ended_at is not None and row.ended_at > at
    return RunnerStatus(
        alive, row.pid, row.host, row.since, epoch=row.epoch, known=row.ended_at is not None
    )
