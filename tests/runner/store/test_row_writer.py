"""Rows wait to be written together, and nobody can tell."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, event, select

from core.vocabulary import Verdict
from runner.store import schema
from runner.store.engine import open_engine
from runner.store.row_writer import RowWriter
from tests.runner.place import LAUNCH

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WEEK = {
    "id": "2026-02-23", "launch": LAUNCH, "playbook_text": "", "playbook_sha256": "", "tag": "",
    "symbol": "", "active": True, "created_at": LAUNCH, "synthetic": False,
}  # fmt: skip
WHO = {"by": "Ana", "role": "engineer", "verified": True, "at": LAUNCH, "at_week": LAUNCH}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_engine(tmp_path / "rows.db")
    schema.metadata.create_all(engine)
    with engine.connect() as made, made.begin():
        yield made


def tick(number: int) -> dict[str, Any]:
    seen = {"note": "", "verdict_seen": Verdict.PASS.value, "value_seen": "3.1"}
    return {"id": number, "week_id": WEEK["id"], "slot": "hourly_1", "check": "kl", **seen, **WHO}


def written(connection: Connection) -> list[str]:
    statements: list[str] = []
    event.listen(
        connection,
        "before_cursor_execute",
        lambda *given: statements.append(given[2].split(" (")[0]),
    )
    return statements


def test_many_new_rows_are_one_statement_after_those_that_they_name(
    connection: Connection,
) -> None:
    statements, rows = written(connection), RowWriter(connection)
    for number in range(3):
        rows.insert(
            schema.notes, {"id": number, "week_id": WEEK["id"], "slot": "", "text": "", **WHO}
        )
    rows.insert(schema.weeks, WEEK)
    assert statements == []
    rows.flush()
    assert statements == ["INSERT INTO weeks", "INSERT INTO notes"]
    rows.flush()
    assert len(statements) == 2


def test_a_change_comes_after_the_rows_that_it_changes_and_before_the_next(
    connection: Connection,
) -> None:
    rows = RowWriter(connection)
    rows.insert(schema.weeks, WEEK)
    for number in range(1, 4):  # the index allows one current tick of a check
        if number > 1:
            rows.update(schema.ticks, {"id": number - 1}, {"replaced_by": number})
        rows.insert(schema.ticks, tick(number))
    kept = select(schema.ticks.c.id, schema.ticks.c.replaced_by).order_by(schema.ticks.c.id)
    assert [tuple(row) for row in rows.execute(kept)] == [(1, 2), (2, 3), (3, None)]


def test_columns_that_are_not_given_stay_as_they_are(connection: Connection) -> None:
    rows = RowWriter(connection)
    rows.insert(schema.weeks, WEEK)
    other = {**WEEK, "id": "2026-03-02", "active": False, "launch": LAUNCH + timedelta(days=7)}
    rows.insert(schema.weeks, {**other, "watched": "/runs"})
    rows.update(schema.weeks, {}, {"active": False})
    rows.update(schema.weeks, {"id": "2026-03-02"}, {"active": True})
    weeks = schema.weeks
    found = rows.execute(select(weeks.c.id, weeks.c.active, weeks.c.watched).order_by(weeks.c.id))
    assert [tuple(row) for row in found] == [
        ("2026-02-23", False, None),
        ("2026-03-02", True, "/runs"),
    ]
    rows.delete(schema.weeks, {"id": "2026-02-23"})
    assert rows.scalar(select(weeks.c.id)) == "2026-03-02"
