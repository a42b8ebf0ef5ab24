"""The actions of an incident: done or skipped, by whom; and what closing does to the open ones."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import IncidentActionDone, IncidentClosed, IncidentOpened
from core.vocabulary import IncidentState, ItemState, JobKind
from runner.client import Client
from runner.client.incidents import open_actions
from runner.outcomes import Conflict, Recorded, Refused
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded
from tests.older_database import make_older
from tests.runner.place import CTO, ENGINEER, LEAD, VIEWER, Place, after

if TYPE_CHECKING:
    from core.people import Person
    from runner.incident_records import Incident

DONE, SKIPPED = ItemState.DONE, ItemState.SKIPPED


def crash(place: Place) -> Incident:
    return recorded(place.lead.open_incident(place.week.id, "crash", "it fell over"))


def by(place: Place, person: Person) -> Client:
    return Client(place.home, person, now=place.lead.now)


def lines(place: Place) -> int:
    return len(place.home.ledger.read_text().splitlines())


def states(incident: Incident) -> dict[int, ItemState]:
    return {index: item.state for index, item in incident.items.items()}


def test_what_the_machine_has_done_is_done_by_the_runner_with_its_proof(place: Place) -> None:
    place.home.training_log.parent.mkdir(parents=True)
    place.home.training_log.write_text("[ERROR] boom\n")
    opened = crash(place)
    assert states(opened) == {0: DONE, 1: DONE, 4: DONE}
    assert {item.by for item in opened.items.values()} == {"runner"}
    assert opened.items[0].note.startswith("No training run was in progress")
    assert "logs/ppo_training/CRASH_backup.log" in opened.items[1].note
    assert opened.items[1].note.in_("pt").startswith("Copiado para")
    assert opened.items[4].note.startswith("Start and automatic restarts are blocked")
    assert opened.kept == "logs/ppo_training/CRASH_backup.log"
    assert [*open_actions(place.week, opened)] == [2, 3]


def test_a_run_in_progress_is_still_to_be_stopped(place: Place) -> None:
    job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "checked by hand"}))
    assert states(crash(place)) == {4: DONE}, "nothing to copy either"


def test_an_action_is_done_once_and_keeps_its_first_author(place: Place) -> None:
    opened = crash(place)
    first = recorded(by(place, ENGINEER).do_incident_action(opened.id, 2, "read it all"))
    before = lines(place)
    again = recorded(place.lead.do_incident_action(opened.id, 2))
    assert lines(place) == before
    assert again.items[2] == first.items[2]
    assert (first.items[2].by, first.items[2].note) == ("Eva", "read it all")


def test_an_action_is_skipped_with_a_reason_alone(place: Place) -> None:
    opened = crash(place)
    before = lines(place)
    assert isinstance(place.lead.skip_incident_action(opened.id, 3, " "), Refused)
    assert isinstance(place.lead.skip_incident_action(opened.id, 9, "no such"), Refused)
    assert isinstance(by(place, VIEWER).skip_incident_action(opened.id, 3, "why"), Refused)
    assert lines(place) == before
    eva = by(place, ENGINEER)
    skipped = recorded(eva.skip_incident_action(opened.id, 3, "she found it herself"))
    assert recorded(eva.skip_incident_action(opened.id, 3, "she found it herself")) == skipped
    assert lines(place) == before + 1
    other = place.lead.skip_incident_action(opened.id, 3, "another reason")
    assert isinstance(other, Conflict)
    assert "Eva has already skipped the action: she found it herself" in other.reason
    assert lines(place) == before + 1
    done = recorded(place.lead.do_incident_action(opened.id, 3))
    assert (done.items[3].state, done.items[3].by) == (DONE, "Lea")
    late = eva.skip_incident_action(opened.id, 3, "she found it herself")
    assert isinstance(late, Conflict)
    assert "Lea has already marked the action as done" in late.reason


def test_clicks_at_the_same_time_record_one_act(place: Place) -> None:
    opened = crash(place)
    before = lines(place)

    def click(number: int) -> object:
        client = by(place, ENGINEER if number % 2 else LEAD)
        if number < 4:
            return client.do_incident_action(opened.id, 2)
        return client.skip_incident_action(opened.id, 3, f"reason {number % 2}")

    with ThreadPoolExecutor(8) as pool:
        outcomes = [*pool.map(click, range(8))]
    assert all(isinstance(outcome, Recorded) for outcome in outcomes[:4])
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes[4:]) == 2
    assert lines(place) == before + 2
    assert states(present(place.lead.incidents(place.week.id)[0]))[3] is SKIPPED


def test_closing_skips_the_open_actions_with_its_reason(place: Place) -> None:
    opened = crash(place)
    by(place, ENGINEER).do_incident_action(opened.id, 2)
    closed = recorded(by(place, CTO).close_incident(opened.id, "the disk was full"))
    assert closed.state is IncidentState.CLOSED
    assert states(closed) == {0: DONE, 1: SKIPPED, 2: DONE, 3: SKIPPED, 4: DONE}
    assert [(i.by, i.note) for i in closed.items.values() if i.state is SKIPPED] == [
        ("Carl", "the disk was full"),
        ("Carl", "the disk was full"),
    ]
    assert not open_actions(place.week, closed)
    assert isinstance(place.lead.do_incident_action(opened.id, 1), Refused)


def test_the_record_replays_to_the_same_items(place: Place) -> None:
    opened = crash(place)
    place.lead.do_incident_action(opened.id, 2, "a note")
    place.lead.skip_incident_action(opened.id, 3, "not needed")
    place.lead.close_incident(opened.id, "fixed")
    before = place.lead.incidents(place.week.id)
    replay(place.home, LEAD, after(0))
    assert place.lead.incidents(place.week.id) == before
    assert verify_ledger(place.home, tables=True).ok


@pytest.mark.parametrize("closed", [False, True])
def test_the_list_of_an_older_database_gets_its_authors_from_the_ledger(
    place: Place, closed: bool
) -> None:
    with place.lead.store.write() as write:
        old = [
            IncidentOpened(procedure="crash", summary="boom", blocks_start=True, kept=None),
            IncidentActionDone(id=2, index=1, actions_done=[1]),
            *([IncidentClosed(id=2, reason="fixed", actions_undone=["Stop."])] if closed else []),
        ]
        for body in old:
            write.append(body, by=ENGINEER, at=after(1), at_week=after(1), week_id=place.week.id)
    (expected,) = place.lead.incidents(place.week.id)
    assert (expected.id, expected.items[1].by) == (2, "Eva")
    assert len(open_actions(place.week, expected)) == 4
    with closing(sqlite3.connect(place.home.database)) as connection:  # as schema 0004 has it
        connection.execute("UPDATE incidents SET actions_done = '[1]'")
        connection.execute("ALTER TABLE weeks DROP COLUMN archived_at")
        for column in ("proof", "proved"):
            connection.execute(f"ALTER TABLE ledger DROP COLUMN {column}")
        make_older(connection, "0004")
        connection.commit()
    (migrated,) = Client(place.home, LEAD).incidents(place.week.id)
    assert migrated == expected
    assert verify_ledger(place.home, tables=True).ok
