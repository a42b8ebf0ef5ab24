"""Twin runs: who may start one, what is refused, and how its change is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

from core.job_params import TwinParams
from core.ledger_bodies import RestartRequested, TwinJudged
from core.vocabulary import JobKind, JobState
from runner.models.checkpoints import MANIFEST
from runner.outcomes import AlreadyRunning, Submitted
from runner.recovery.rebuild import replay
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded, refused
from tests.runner.place import ENGINEER, LEAD, VIEWER, after, ticking, wait_for
from tests.runner.twin_place import (
    LOWER,
    begin,
    save_checkpoint,
    script,
    twin_result,
    with_run,
)

if TYPE_CHECKING:
    from core.ledger_bodies import Body
    from runner.records import Job
    from runner.service import Service
    from tests.runner.place import Place

B = TypeVar("B", bound="Body")


@pytest.fixture
def service(place: Place) -> Service:
    return place.service()


@pytest.fixture
def run(place: Place, service: Service) -> Job:
    """The week's run, in progress."""
    return with_run(place, service)


def line_of(place: Place, model: type[B]) -> B:
    """The newest line of this kind."""
    lines = (entry.body for entry in place.lead.activity(None))
    return next(body for body in lines if isinstance(body, model))


def says(outcome: object) -> str:
    return str(refused(outcome).reason)


def ended(place: Place, service: Service, run: Job, low: float, high: float) -> Job:
    """A twin run that has found this interval."""
    save_checkpoint(place, present(run.run))
    script(place, result={"twin": twin_result(present(run.run), low, high)})
    return place.until(service, begin(place))


def test_a_better_change_is_kept_as_a_restart_with_its_verdict(
    place: Place, service: Service, run: Job
) -> None:
    job = ended(place, service, run, 0.5, 1.5)
    assert job.state is JobState.SUCCEEDED
    assert place.job(run).state is JobState.RUNNING  # the run was not touched
    engineer = place.client(ENGINEER)
    found = present(present(engineer.twin(job.id)).result)
    assert found.sentence().startswith(
        "Better with learning_rate 0.0001: reward per episode higher by 1 "
    )
    assert "may not operate" in says(place.client(VIEWER).keep_twin(job.id))
    kept = engineer.keep_twin(job.id, "KL was 0.03", key="once")
    assert isinstance(kept, Submitted)
    assert kept.job.id == run.id  # the same run goes on: there is no second one
    assert job_of(engineer.keep_twin(job.id, "KL was 0.03", key="once")).id == run.id
    line = line_of(place, RestartRequested)
    assert line.changes == {"learning_rate": 1e-4}
    because = line.restart["because"]
    assert because.startswith(f"{job.id}: Better with learning_rate 0.0001")
    assert because.endswith("KL was 0.03")
    wait_for(ticking(service, lambda: place.job(run).attempt == 2))
    assert len(engineer.jobs(JobKind.TRAIN)) == 1


def test_a_change_that_is_not_better_needs_a_reason(
    place: Place, service: Service, run: Job
) -> None:
    job = ended(place, service, run, -0.5, 1.5)
    engineer = place.client(ENGINEER)
    assert "The change was not found better. Cannot tell:" in says(engineer.keep_twin(job.id))
    assert isinstance(engineer.keep_twin(job.id, "the CTO asked for it"), Submitted)


def test_what_it_found_is_rebuilt_from_the_ledger(place: Place, service: Service, run: Job) -> None:
    job = ended(place, service, run, 0.5, 1.5)
    before = present(place.lead.twin(job.id))
    assert present(place.lead.week_records()).twins == {job.id: before.result}
    place.end()
    place.home.database.unlink()
    replay(place.home, LEAD, after(1))
    assert present(place.lead.twin(job.id)) == before
    assert not verify_ledger(place.home).problems
    assert line_of(place, TwinJudged).verdict == "BETTER"


def test_only_one_is_in_progress_and_a_viewer_may_not_start_one(
    place: Place, service: Service, run: Job
) -> None:
    save_checkpoint(place, present(run.run))
    script(place, do="sleep")
    assert "may not operate" in says(place.client(VIEWER).start_twin(LOWER))
    first = begin(place)
    again = place.client(ENGINEER).start_twin(LOWER)
    assert isinstance(again, AlreadyRunning)
    assert again.job.id == first.id
    assert first.params["run"] == run.run


def test_a_stopped_one_is_resumed_as_a_job_that_names_it(
    place: Place, service: Service, run: Job
) -> None:
    save_checkpoint(place, present(run.run))
    script(place, do="sleep")
    first = place.until(service, begin(place), JobState.RUNNING)
    engineer = place.client(ENGINEER)
    assert "can't be resumed: RUNNING" in says(engineer.resume_twin(first.id))
    recorded(engineer.stop(first.id))
    assert place.until(service, first).state is JobState.STOPPED
    second = job_of(engineer.resume_twin(first.id))
    assert second.params["continues"] == [first.id]
    assert second.params["learning_rate"] == 1e-4


def test_without_an_intact_checkpoint_of_these_data_nothing_starts(
    place: Place, service: Service, run: Job
) -> None:
    engineer, name = place.client(ENGINEER), present(run.run)
    assert says(engineer.start_twin(LOWER)).startswith(f"{name} has no checkpoint yet.")
    broken = save_checkpoint(place, name)
    (broken / MANIFEST).unlink()
    assert "has no intact checkpoint: 4000/manifest.json can't be read" in says(
        engineer.start_twin(LOWER)
    )
    save_checkpoint(place, name, 8_000, data={"sha256": "0" * 64})
    assert f"Checkpoint 8000 of {name} was trained on data with SHA-256 000" in says(
        engineer.start_twin(LOWER)
    )
    save_checkpoint(place, name, 12_000)
    same = TwinParams(learning_rate=3e-4)
    assert "Checkpoint 12000 has these settings already." in says(engineer.start_twin(same))
    of_none = TwinParams(learning_rate=1e-4, incident=99)
    assert "The week has no incident 99." in says(engineer.start_twin(of_none))
    recorded(place.lead.open_incident(place.week.id, "crash", "it fell over"))
    assert "blocks every start" in says(engineer.start_twin(LOWER))


def test_the_cost_follows_from_pairs_steps_and_speed(place: Place) -> None:
    week = place.week
    assert place.lead.twin_steps(week) == 80_000  # 20 rollouts of 125 x 32
    assert place.lead.twin_steps(week, 4_001) == 8_000
    # Without a run: the slowest speed that the playbook accepts, 1,000 steps/s.
    assert place.lead.twin_minutes(week, 3, 8_000) == pytest.approx(2 * 3 * 8_000 / 1_000 / 60)
