"""Where a job is started: by its own placement, else by the playbook's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.playbook.placement import Placement
from core.vocabulary import JobKind
from runner.executors.choice import Executors
from runner.outcomes import Refused, Submitted
from tests.runner.place import ENGINEER, Place

if TYPE_CHECKING:
    from runner.executors.executor import Handle, Order

ASKED = {"executor": "slurm", "cpus": 2, "partition": "night"}


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[Placement]:
    """What the executors were asked for; nothing is started."""
    asked: list[Placement] = []

    def place(self: Executors, order: Order) -> Handle:
        asked.append(order.placement)
        return order.handle

    monkeypatch.setattr(Executors, "place", place)
    return asked


def start(place: Place, **params: object) -> None:
    service = place.service()
    given = {"override_reason": "The test has no pre-flight.", **params}
    assert isinstance(place.lead.submit(JobKind.TRAIN, given), Submitted)
    service.tick(service.now())
    service.close()


def test_a_run_goes_where_the_lead_wants_it(place: Place, placed: list[Placement]) -> None:
    start(place, placement=ASKED)
    assert placed == [Placement(executor="slurm", cpus=2, partition="night")]


def test_a_run_goes_where_the_playbook_says_otherwise(
    place: Place, placed: list[Placement]
) -> None:
    start(place)
    assert placed == [Placement()]


def test_only_the_lead_places_a_run(place: Place) -> None:
    outcome = place.client(ENGINEER).submit(JobKind.TRAIN, {"placement": ASKED})
    assert isinstance(outcome, Refused)
    assert "may not" in outcome.reason
