"""A slot is judged as of its own moment; after a run that finished early, at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.checks import judge_slot
from core.ledger_bodies import JobChanged, ProcessColumns
from core.schedule import next_up
from core.vocabulary import JobKind, JobState, SlotState, TrainingStatus, Verdict
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
    ended = ProcessColumns(state=state, ended_at=end)
    place.record_of_job(JobChanged.with_attempt(job.id, 1, ended))
    return job


def sources(place: Place, after: timedelta) -> Sources:
    place.now = END + after
    client = place.client()
    return Sources.of(client, present(client.active_week()))


def states(given: Sources) -> dict[str, SlotState]:
    return {view.spec.id: view.state for view in agenda(given)}


def test_slots_after_the_end_of_the_run_are_judged_at_once(place: Place) -> None:
    finished(place)
    given = sources(place, timedelta(minutes=5))
    assert run_finished(given) == END
    playbook = given.week.playbook
    for kind in ("hourly", "daily"):
        for slot in playbook.slots_of_kind(kind):
            assert not is_early(slot, given)
            facts = gather(given, slot.at(LAUNCH))
            assert facts.reached
            assert (present(facts.run).status, present(facts.run).until) == (
                TrainingStatus.COMPLETED,
                END,
            )


def test_they_are_judged_the_same_when_their_time_has_come(place: Place) -> None:
    finished(place)
    for slot_id in ("hourly_3", "daily_2"):
        early = judge_slot_at(sources(place, timedelta(minutes=5)), slot_id)
        late = judge_slot_at(sources(place, timedelta(hours=60)), slot_id)
        assert early == late
        assert Verdict.PENDING not in {verdict for _, verdict in early}


def judge_slot_at(given: Sources, slot_id: str) -> list[tuple[str, Verdict]]:
    slot = given.week.playbook.slot(slot_id)
    facts = gather(given, judged_as_of(slot, given.week))
    return [
        (judged.check, judged.verdict) for judged in judge_slot(given.week.playbook, slot_id, facts)
    ]


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
    _, second, third, *_ = given.week.playbook.slots_of_kind("hourly")
    assert present(gather(given, second.at(LAUNCH)).run).status is TrainingStatus.RUNNING
    assert present(gather(given, third.at(LAUNCH)).run).status is TrainingStatus.COMPLETED
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
    assert is_early(hourly, given)
    assert states(given)[hourly.id] is SlotState.UPCOMING
