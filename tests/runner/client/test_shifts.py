"""Shifts: set, taken over by the first who does, given back, and on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from core.ledger_bodies import ShiftTaken
from core.shifts import on_call
from runner.client import Client
from runner.outcomes import Conflict, Refused
from tests.expected import recorded
from tests.runner.place import CTO, ENGINEER, LEAD, VIEWER, after

if TYPE_CHECKING:
    from core.shifts import Shift
    from tests.runner.place import Place

HOUR = 3600


def set_for(place: Place, person: str = "ana", begin: float = -1, end: float = 3) -> Shift:
    return recorded(place.lead.set_shift(person, after(begin * HOUR), after(end * HOUR)))


def who(place: Place, seconds: float = 0) -> tuple[str, ...]:
    return on_call(place.lead.shifts(), after(seconds))


def test_a_shift_is_taken_over_by_the_first_and_given_back(place: Place) -> None:
    shift = set_for(place)
    engineer, lead = place.client(ENGINEER), place.client(LEAD)
    taken = recorded(engineer.take_shift(shift.id))
    assert (taken.person, taken.end, taken.replaces) == (ENGINEER.name, shift.end, shift.id)
    assert recorded(engineer.take_shift(shift.id)) == taken, "a second click"
    assert recorded(engineer.take_shift(taken.id)) == taken, "their own"
    late = lead.take_shift(shift.id)
    assert isinstance(late, Conflict)
    assert ENGINEER.name in late.reason
    assert who(place) == (ENGINEER.name,)
    recorded(engineer.remove_shift(taken.id))
    assert who(place) == ("ana",)
    assert recorded(lead.take_shift(shift.id)).person == LEAD.name
    lines = [one.body for one in lead.activity(place.week.id)]
    assert len([one for one in lines if isinstance(one, ShiftTaken)]) == 2


def test_to_take_ones_own_shift_that_another_has_is_a_conflict(place: Place) -> None:
    shift = set_for(place, ENGINEER.name)
    lead, engineer = place.client(LEAD), place.client(ENGINEER)
    assert recorded(engineer.take_shift(shift.id)) == shift
    taken = recorded(lead.take_shift(shift.id))
    lost = engineer.take_shift(shift.id)
    assert isinstance(lost, Conflict)
    assert lost.existing == taken
    recorded(engineer.take_shift(taken.id))
    assert who(place) == (ENGINEER.name,)


def test_times_of_one_zone_are_compared_as_moments(place: Place) -> None:
    begin = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    end = begin.replace(hour=3, minute=15)
    assert begin < end, "by the clock on the wall, which jumps from 2 to 3"
    early = Client(place.home, LEAD, now=lambda: datetime(2026, 3, 28, tzinfo=UTC))
    assert isinstance(early.set_shift("ana", begin, end), Refused)
    last = datetime(9999, 12, 31, tzinfo=UTC)
    for edge in (last, last.replace(hour=23, tzinfo=ZoneInfo("America/Sao_Paulo"))):
        assert isinstance(early.set_shift("ana", edge, edge + timedelta(minutes=9)), Refused)
    assert early.shifts() == []


def test_one_that_has_not_begun_is_taken_from_its_begin(place: Place) -> None:
    later = set_for(place, begin=5, end=8)
    taken = recorded(place.client(ENGINEER).take_shift(later.id))
    assert (taken.begin, taken.end) == (later.begin, later.end)
    assert who(place) == ()


def test_the_same_shift_is_set_once(place: Place) -> None:
    begin, end = after(0), after(HOUR)
    first = recorded(place.lead.set_shift("ana", begin, end))
    assert recorded(place.lead.set_shift("ana", begin, end)) == first
    assert len(place.lead.shifts()) == 1


def test_what_is_refused(place: Place) -> None:
    shift = set_for(place)
    viewer = place.client(VIEWER)
    for outcome in (
        viewer.set_shift("ana", after(0), after(HOUR)),
        viewer.take_shift(shift.id),
        viewer.remove_shift(shift.id),
        place.lead.take_shift(999),
        place.lead.remove_shift(999),
        place.lead.set_shift("", after(0), after(HOUR)),
        place.lead.set_shift("ana", after(HOUR), after(0)),
        place.lead.set_shift("ana", after(-2 * HOUR), after(-HOUR)),
        place.lead.set_shift("ana", after(0), after(0) + timedelta(days=8)),
        place.lead.set_shift("ana", after(0), after(HOUR), "Mars/Olympus"),
    ):
        assert isinstance(outcome, Refused), outcome
    recorded(place.lead.remove_shift(shift.id))
    assert isinstance(place.client(CTO).take_shift(shift.id), Refused), "it is over"
    assert len(place.lead.shifts()) == 1


@pytest.mark.parametrize("gave_back", [False, True])
def test_a_rebuilt_database_knows_who_has_which_shift(place: Place, gave_back: bool) -> None:
    shift = set_for(place)
    taken = recorded(place.client(ENGINEER).take_shift(shift.id))
    if gave_back:
        recorded(place.client(ENGINEER).remove_shift(taken.id))
    known = place.lead.shifts()
    place.home.database.unlink()
    assert place.client(LEAD).shifts() == known
