"""Which weeks a person may have to look after, and what one read of them costs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.people import Person
from core.vocabulary import Role
from runner.client import Client
from runner.client.current_weeks import RECENT, CurrentWeeks
from tests.dashboard.place import Place
from tests.dashboard.reads import counted
from tests.expected import recorded

if TYPE_CHECKING:
    from pathlib import Path

LEAD = Person("Lea", Role.LEAD)
NOW = datetime.fromisoformat("2026-11-30T09:00+00:00")


class Weeks:
    """A home with an active week of today."""

    def __init__(self, root: Path) -> None:
        self.now = NOW
        self.client = Client(Place(root).home, LEAD, now=lambda: self.now)
        self.active = self.plan(NOW)

    def plan(self, launch: datetime, *, made: datetime | None = None) -> str:
        """Another week; ``made``: when it was created."""
        before, self.now = self.now, made or self.now
        week = recorded(self.client.create_week(launch, planned=True))
        self.now = before
        return week.id


@pytest.fixture
def weeks(tmp_path: Path) -> Weeks:
    return Weeks(tmp_path / "home")


def ids(found: CurrentWeeks) -> list[str]:
    return [week.id for week in found.weeks]


def test_a_week_that_is_over_is_left_out_and_counted(weeks: Weeks) -> None:
    coming = weeks.plan(NOW + timedelta(days=30))
    old = NOW - RECENT - timedelta(days=1)
    over = weeks.plan(old, made=old)
    replayed = weeks.plan(old - timedelta(days=300))  # created today
    found = weeks.client.current_weeks()
    assert ids(found) == [coming, weeks.active, replayed]
    assert found.earlier == 1
    assert [week.active for week in found.weeks] == [False, True, False]
    every = weeks.client.current_weeks(earlier=True)
    assert (ids(every), every.earlier) == ([coming, weeks.active, over, replayed], 0)


def test_an_old_week_with_an_open_incident_is_current_until_it_is_closed(weeks: Weeks) -> None:
    old = NOW - timedelta(days=90)
    over = weeks.plan(old, made=old)
    assert over not in ids(weeks.client.current_weeks())
    incident = recorded(weeks.client.open_incident(over, "performance", "flat"))
    assert over in ids(weeks.client.current_weeks())
    recorded(weeks.client.close_incident(incident.id, "it was the plot"))
    assert over not in ids(weeks.client.current_weeks())


def test_the_active_week_is_current_however_old_and_an_archived_one_never(weeks: Weeks) -> None:
    other = weeks.plan(NOW + timedelta(days=1))
    recorded(weeks.client.archive_week(other))
    weeks.now += timedelta(days=400)
    found = weeks.client.current_weeks()
    assert (ids(found), found.earlier) == ([weeks.active], 0)


def test_only_weeks_with_a_line_since_then_have_changed(weeks: Weeks) -> None:
    other = weeks.plan(NOW + timedelta(days=1))
    known = weeks.client.current_weeks()
    assert weeks.client.current_weeks(known).changed == frozenset()
    recorded(weeks.client.note(other, "hourly_1", "shared"))
    found = weeks.client.current_weeks(known)
    assert found.changed == {other}
    assert weeks.client.current_weeks(found).changed == frozenset()


def test_a_read_is_one_transaction_of_as_many_statements_however_many_weeks(weeks: Weeks) -> None:
    def cost() -> tuple[int, int]:
        with counted() as seen:
            weeks.client.current_weeks()
        return seen.transactions, len(seen.statements)

    one = cost()
    for day in range(1, 8):
        weeks.plan(NOW + timedelta(days=day))
    assert cost() == one == (1, 3)
