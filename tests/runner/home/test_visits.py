"""A person's mark: shared by their devices, never moved back, apart from the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from core.people import Person, unnamed
from core.vocabulary import Role
from runner.home.visits import Visits
from runner.outcomes import Recorded, Refused
from tests.expected import present
from tests.runner.place import ENGINEER, LAUNCH, LEAD

if TYPE_CHECKING:
    from tests.runner.place import Place

WEEK = "2026-02-23"


def test_a_mark_moves_forward_only_and_leaves_no_line(place: Place) -> None:
    client, lines = place.client(ENGINEER), place.home.ledger.read_bytes()
    assert client.visit_mark(WEEK) is None, "a first visit"
    assert isinstance(client.mark_seen(WEEK, 7, LAUNCH, "run", 4096), Recorded)
    later = LAUNCH + timedelta(hours=1)
    client.mark_seen(WEEK, 9, later, "run", 8192)
    client.mark_seen(WEEK, 8, later - timedelta(minutes=1))  # a tab that shows less
    mark = present(client.visit_mark(WEEK))
    assert (mark.line, mark.at, mark.run, mark.step) == (9, later, "run", 8192)
    assert client.visit_mark("2026-03-02") is None, "of another week"
    assert place.client(LEAD).visit_mark(WEEK) is None, "of another person"
    assert place.home.ledger.read_bytes() == lines
    assert Visits(place.home).path.stat().st_mode & 0o077 == 0


def test_who_is_the_same_visitor() -> None:
    claimed, proved = Person("Eva", Role.ENGINEER), Person("Eva", Role.ENGINEER, verified=True)
    assert claimed.visitor == replace(claimed, browser="b", role=Role.LEAD).visitor
    assert claimed.visitor != proved.visitor, "anybody may claim a name"
    nameless = Person(unnamed(Role.VIEWER), Role.VIEWER, browser="b")
    assert not nameless.named
    assert nameless.visitor == "browser:b"
    assert replace(nameless, browser=None).visitor is None


def test_a_mark_of_a_past_moment_is_refused(place: Place) -> None:
    client = place.client(ENGINEER)
    client.moment = LAUNCH
    assert isinstance(client.mark_seen(WEEK, 1, LAUNCH), Refused)
