"""Lines of the ledger in the tables: those of an older version, and those of a newer one."""

from __future__ import annotations

import ast
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.errors import IntegrityError
from core.ledger_bodies import BODIES
from core.paths import Home
from core.vocabulary import IncidentState, JobKind, JobState, SignatureAct, Verdict
from runner.client import Client
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from runner.store import Store
from tests.core.ledger_bodies.test_parsing import NOVEMBER, TICK, UPDATE
from tests.runner.place import LAUNCH, LEAD, Place, add_line, after

WEEK = "2026-02-23"


@pytest.fixture
def november(tmp_path: Path) -> Home:
    """A data directory that has the ledger of an older version, and no database."""
    home = Home(tmp_path / "home")
    home.ledger.parent.mkdir(parents=True)
    home.ledger.write_bytes(NOVEMBER.read_bytes())
    return home


def dump(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def test_the_ledger_of_an_older_version_verifies_and_replays(november: Home) -> None:
    before = november.ledger.read_bytes()
    client = Client(november, LEAD)
    week = client.active_week()
    assert week is not None
    report = verify_ledger(november, tables=True)
    assert [problem.kind for problem in report.problems] == ["unproved"]
    assert ": 38 (Carl), 39 (Carl)." in report.text()
    assert verify_ledger(november, tables=True, proofs_from=40).ok
    assert (week.id, week.launch, week.playbook_file) == (WEEK, LAUNCH, None)
    assert [each.id for each in client.weeks()] == ["2026-02-23", "2026-03-09"]
    jobs = {job.kind: job for job in client.jobs()}  # the first of each kind
    assert jobs[JobKind.TRAIN].state is JobState.SUCCEEDED
    assert client.jobs()[0].state is JobState.STOPPED
    assert client.jobs()[0].params["learning_rate"] == 1e-4
    assert client.jobs()[0].params["restart"]["by"] == "Lea"
    (attempt,) = client.attempts(jobs[JobKind.TRAIN].id)
    assert (attempt.state, attempt.exit_code) == (JobState.SUCCEEDED, 0)
    ticks = {tick.id: tick for tick in client.ticks(WEEK)}
    assert len(ticks) == 3  # the fourth was replaced
    newest = ticks[max(ticks)]
    assert (newest.verdict_seen, newest.note) == (Verdict.WARN, "checked again — ok")
    assert [note.text[:11] for note in client.notes(WEEK)] == ["Reward dips"]
    crash, performance = client.incidents(WEEK)
    assert {crash.state, performance.state} == {IncidentState.CLOSED}
    assert (crash.blocks_start, performance.actions_done) == (True, (0,))
    (signature,) = client.signatures(WEEK)
    assert signature.act is SignatureAct.APPROVE_WITH_CONDITIONS
    assert (signature.second, signature.second_verified) == ("Lea", False)
    assert signature.sealed is not None
    assert not signature.verified  # it claims it, and lacks a proof
    (condition,) = client.conditions(WEEK)
    assert condition.closed is not None
    assert condition.closed.by == "Lea"
    assert november.ledger.read_bytes() == before


def test_the_ledger_of_an_older_version_is_continued(november: Home) -> None:
    before = november.ledger.read_bytes()
    Client(november, LEAD).note(WEEK, "hourly_1", "still readable")
    assert november.ledger.read_bytes().startswith(before)
    replay(november, LEAD, after(0))
    assert verify_ledger(november, tables=True, proofs_from=40).ok
    assert Client(november, LEAD).notes(WEEK)[-1].text == "still readable"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("holiday", {"day": 1}, "Line 2 of the ledger has the unknown kind 'holiday'."),
        (
            "week",
            {"action": "pause", "id": WEEK},
            "Line 2 of the ledger, of kind week, has the unknown action 'pause'.",
        ),
        (
            "tick",
            TICK | {"mood": "good"},
            "Line 2 of the ledger, of kind tick, has the unknown field mood.",
        ),
    ],
)
def test_a_line_of_a_newer_version_makes_the_store_read_only_and_changes_nothing(
    place: Place, kind: str, body: dict[str, Any], problem: str
) -> None:
    ledger = add_line(place.home, kind, body, WEEK)
    database = dump(place.home.database)
    client = Client(place.home, LEAD)
    damage = client.store.damage
    assert damage is not None
    assert (damage.what, damage.remedy) == (problem, UPDATE)
    assert client.active_week() == place.week  # what was there before stays readable
    with pytest.raises(IntegrityError, match="Update trainweek"):
        client.note(WEEK, "hourly_1", "not written")
    with pytest.raises(IntegrityError, match="Update trainweek"):
        replay(place.home, LEAD, after(0))
    assert place.home.ledger.read_bytes() == ledger
    assert dump(place.home.database) == database


@pytest.mark.sqlite
def test_a_line_of_a_newer_version_stops_the_writes_of_an_open_store(place: Place) -> None:
    store = place.lead.store
    ledger = add_line(place.home, "holiday", {"day": 1})
    with pytest.raises(IntegrityError, match="unknown kind 'holiday'"):
        place.lead.note(WEEK, "hourly_1", "not written")
    assert place.lead.notes(WEEK) == []
    assert store.damage is not None
    assert place.home.ledger.read_bytes() == ledger


@pytest.mark.sqlite
def test_a_database_that_has_the_line_already_stays_in_use(place: Place) -> None:
    """A newer version wrote both; its line is shown as it is, and this one keeps writing."""
    add_line(place.home, "holiday", {"day": 1}, WEEK)
    line = json.loads(place.home.ledger.read_bytes().splitlines()[-1])
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute(
            'INSERT INTO ledger (seq, kind, week_id, "by", role, verified, at, at_week, body, key,'
            ' sha256, "end") SELECT seq + 1, ?, week_id, "by", role, verified, at, at_week, ?,'
            " NULL, ?, ? FROM ledger WHERE seq = 1",
            ("holiday", '{"day": 1}', line["sha256"], place.home.ledger.stat().st_size),
        )
        connection.commit()
    store = Store(place.home)
    assert store.damage is None
    assert [entry.kind for entry in place.lead.activity(WEEK)] == ["holiday", "week"]
    place.lead.note(WEEK, "hourly_1", "written")
    assert place.lead.notes(WEEK)[-1].text == "written"


def test_every_body_is_written_somewhere_and_no_line_is_written_as_a_plain_object() -> None:
    root = Path(__file__).parents[3] / "runner"
    nodes = [
        node for path in root.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))
    ]
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    names = {
        each.id
        for call in calls
        for each in (call.func, getattr(call.func, "value", None))  # Body(…) and Body.made_from(…)
        if isinstance(each, ast.Name)
    }
    # The line of a kind of job, whose result it is made from: finish.py.
    names |= {
        value.id
        for node in nodes
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if key is not None
        and ast.unparse(key).startswith("JobKind.")
        and isinstance(value, ast.Name)
    }
    assert {model.__name__ for model in BODIES} <= names
    appended = [
        call.args[0]
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and ast.unparse(call.func.value) in ("write", "transaction", "self.transaction")
    ]
    assert len(appended) >= 15
    assert not [each for each in appended if isinstance(each, ast.Dict | ast.Constant)]
