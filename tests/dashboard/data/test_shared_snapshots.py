"""A week is read and judged once for all sessions, and nobody misses their own write."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import runner.week.judged_week as taken_by
from core.vocabulary import Role
from dashboard.data.services import Services
from dashboard.data.shared_snapshots import SHARED_FOR, SharedSnapshots
from tests.dashboard.place import PEOPLE, Place
from tests.expected import present, recorded

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

SESSIONS = 6


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "home")
    made.train()
    return made


def sessions(place: Place, shared: SharedSnapshots) -> list[Services]:
    people = [PEOPLE[Role.LEAD], *PEOPLE.values()]
    return [
        Services(place.home, people[i % len(people)], now=lambda: place.now, shared=shared)
        for i in range(SESSIONS)
    ]


def test_findings_are_computed_once_for_all_sessions(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosed: list[object] = []
    original = taken_by.diagnose

    def counted(*given: Any) -> Any:
        diagnosed.append(given)
        return original(*given)

    monkeypatch.setattr(taken_by, "diagnose", counted)
    together = threading.Barrier(SESSIONS)

    def show(services: Services) -> tuple[int, int]:
        together.wait(20)
        snapshot = present(services.snapshot())
        return id(snapshot), len(snapshot.findings)

    with ThreadPoolExecutor(SESSIONS) as pool:
        shown = set(pool.map(show, sessions(place, SharedSnapshots())))
    assert len(shown) == 1
    assert len(diagnosed) == 1
    assert shown.pop()[1] > 0


def test_a_write_is_in_the_next_snapshot_of_everybody(place: Place) -> None:
    first, second, *_ = sessions(place, SharedSnapshots())
    before = present(second.snapshot())
    recorded(first.client.note(before.week.id, "launch", "Looks fine."))
    first.forget()
    assert [note.text for note in present(second.snapshot()).notes] == ["Looks fine."]
    assert not before.notes


def test_a_write_while_another_session_takes_a_snapshot_is_not_missed(place: Place) -> None:
    shared = SharedSnapshots()
    services = Services(place.home, PEOPLE[Role.LEAD], now=lambda: place.now, shared=shared)
    old = present(services.snapshot())
    place.now += SHARED_FOR

    def take_while_somebody_writes(known: object) -> Any:
        shared.forget()
        return old

    assert shared.newest(None, lambda: place.now, take_while_somebody_writes) is old
    assert services.snapshot() is not old


def test_a_snapshot_is_shared_for_a_second(place: Place) -> None:
    first, second, *_ = sessions(place, SharedSnapshots())
    one = first.snapshot()
    place.now += SHARED_FOR - timedelta(milliseconds=1)
    assert second.snapshot() is one
    place.now += timedelta(milliseconds=1)
    later = present(second.snapshot())
    assert later is not one
    assert later.records is present(one).records, "nothing was written: the records are kept"


def test_a_week_that_does_not_exist_is_not_kept(place: Place) -> None:
    shared = SharedSnapshots()
    for name in ("2020-01-01", "nothing"):
        services = Services(
            place.home, PEOPLE[Role.LEAD], now=lambda: place.now, week_id=name, shared=shared
        )
        assert services.snapshot() is None
    assert not shared._taking
    assert not shared._records


def test_a_week_is_settled_once_nothing_is_in_progress(place: Place, tmp_path: Path) -> None:
    services, *_ = sessions(place, SharedSnapshots())
    assert not present(services.snapshot()).settled
    other = Place(tmp_path / "planned")
    other.week()
    services = Services(other.home, PEOPLE[Role.LEAD], now=lambda: other.now)
    assert present(services.snapshot()).settled
