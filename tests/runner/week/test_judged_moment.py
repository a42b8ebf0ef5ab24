"""A slot is judged as of its own moment; after a run that finished early, as of the run's end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import JobChanged, JobColumns
from core.schedule import next_up
from core.vocabulary import JobKind, JobState, SlotState
from runner.week.agenda import agenda
from runner.week.facts import gather
from runner.week.judged_moment import is_early, judged_as_of, run_finished
from runner.week.sources import Sources
from tests.dashboard.place import LAUNCH, Place
from tests.expected import present

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from runner.records import Job

END = LAUNCH + timedelta(minutes=50)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "home")


def finished(place: Place, state: JobState = JobState.SUCCEEDED, end: datetime = END) -> Job:
    job = place.train(hours=0.5)
    place.now = end
    ended = JobColumns(state=state, ended_at=end)
    place.record_of_job(JobChanged(job_id=job.id, job=ended))
    return job


def sources(place: Place, after: timedelta) -> Sources:
    place.now = END + after
    client = place.client()
    return Sources.of(client, present(client.active_week()))


def states(given: Sources) -> dict[str, SlotState]:
    return {view.spec.id: view.state for view in agenda(given)}


def test_slots_after_the_end_of_the_run_are_judged_at_its_end(place: Place) -> None:
    finished(place)
    given = sources(place, timedelta(minutes=5))
    assert run_finished(given) == END
    playbook = given.week.playbook
    for kind in ("hourly", "daily"):
        for slot in playbook.slots_of_kind(kind):
            assert judged_as_of(slot, given) == END
            assert not is_early(slot, given)
    assert gather(given, END).reached


def test_nobody_waits_for_them_and_next_is_the_preparation(place: Place) -> None:
    finished(place)
    for after in (timedelta(minutes=5), timedelta(hours=20)):
        given = sources(place, after)
        found = states(given)
        looks = [s for s in given.week.playbook.schedule if s.kind in {"hourly", "daily"}]
        assert {found[slot.id] for slot in looks} == {SlotState.RUN_FINISHED}
        anomalies = given.week.playbook.slots_of_kind("anomaly")
        assert {found[slot.id] for slot in anomalies} <= {SlotState.SKIPPED}
        upcoming = next_up(v for v in agenda(given) if v.spec.kind not in {"preflight", "launch"})
        assert present(upcoming).spec.kind == "preparation"


def test_a_slot_before_the_end_keeps_its_own_moment(place: Place) -> None:
    finished(place, end=LAUNCH + timedelta(hours=2, minutes=10))
    place.now = LAUNCH + timedelta(hours=2, minutes=20)
    client = place.client()
    given = Sources.of(client, present(client.active_week()))
    first, second, third, *_ = given.week.playbook.slots_of_kind("hourly")
    assert judged_as_of(first, given) == first.at(LAUNCH)
    assert judged_as_of(second, given) == second.at(LAUNCH)
    assert judged_as_of(third, given) == LAUNCH + timedelta(hours=2, minutes=10)
    assert states(given)[third.id] is SlotState.RUN_FINISHED
    assert states(given)[second.id] in {SlotState.DUE, SlotState.OVERDUE}


def test_a_run_that_did_not_complete_leaves_the_slots_waiting(place: Place) -> None:
    for state in (JobState.STOPPED, JobState.FAILED, JobState.LOST):
        other = Place(place.home.root / state.value)
        finished(other, state)
        given = sources(other, timedelta(minutes=5))
        assert run_finished(given) is None
        hourly = given.week.playbook.slots_of_kind("hourly")[0]
        assert is_early(hourly, given)
        assert states(given)[hourly.id] is SlotState.UPCOMING


def test_another_run_makes_the_slots_wait_again(place: Place) -> None:
    finished(place)
    place.now = END + timedelta(minutes=1)
    place.client().submit(JobKind.TRAIN, {"resume": False, "override_reason": "by hand"})
    given = sources(place, timedelta(minutes=2))
    hourly = given.week.playbook.slots_of_kind("hourly")[0]
    assert judged_as_of(hourly, given) == hourly.at(LAUNCH)
    assert states(given)[hourly.id] is SlotState.UPCOMING
