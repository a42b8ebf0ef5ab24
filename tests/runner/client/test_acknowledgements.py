"""Alerts and incidents are acknowledged: by whom, once, and it is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ledger_bodies import AlertAcknowledged
from core.people import Person
from core.vocabulary import Role
from runner.outcomes import Conflict, Recorded, Refused
from tests.expected import present, recorded
from tests.runner.place import ENGINEER, LEAD

if TYPE_CHECKING:
    from tests.runner.place import Place

VIEWER = Person("vera", Role.VIEWER)


def opened(place: Place) -> int:
    made = place.client(ENGINEER).open_incident(place.week.id, "crash", "It stopped.")
    return recorded(made).id


def test_an_incident_is_acknowledged_once_by_the_first(place: Place) -> None:
    number = opened(place)
    engineer = place.client(ENGINEER)
    first = recorded(engineer.acknowledge(f"incident:{number}"))
    assert recorded(engineer.acknowledge(f"incident:{number}")) == first, "a second tap"
    lead = place.client(LEAD).acknowledge(f"incident:{number}")
    assert isinstance(lead, Conflict)
    assert ENGINEER.name in lead.reason
    (incident,) = engineer.incidents(place.week.id)
    assert present(incident.acknowledged) == (ENGINEER.name, first.at)
    lines = [one.body for one in engineer.activity(place.week.id)]
    assert lines.count(AlertAcknowledged(what=f"incident:{number}")) == 1


def test_a_viewer_may_not_and_what_is_over_can_not_be_acknowledged(place: Place) -> None:
    number = opened(place)
    assert isinstance(place.client(VIEWER).acknowledge(f"incident:{number}"), Refused)
    recorded(place.client(LEAD).close_incident(number, "The disk was full."))
    lead = place.client(LEAD)
    for key in (f"incident:{number}", "incident:999", "incident:", "finding:collapse", ""):
        assert isinstance(lead.acknowledge(key), Refused), key
    assert present(lead.incident(number)).acknowledged is None


def test_a_rebuilt_database_knows_it(place: Place) -> None:
    number = opened(place)
    recorded(place.client(ENGINEER).acknowledge(f"incident:{number}"))
    place.home.database.unlink()
    outcome = place.client(ENGINEER).acknowledge(f"incident:{number}")
    assert isinstance(outcome, Recorded)
    assert present(place.client(LEAD).incident(number)).acknowledged_by == ENGINEER.name
