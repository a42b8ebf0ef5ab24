"""What only Ray says and does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, JobState, Liveness
from runner.executors.engine import Submission
from runner.executors.lease import placement_of
from runner.executors.questions import KEEPER
from runner.executors.ray import Ray
from tests.engines.test_faults import running, shown
from tests.expected import present
from tests.runner.place import ticking, wait_for

if TYPE_CHECKING:
    from tests.engines.ray_cluster import RayCluster
    from tests.engines.test_faults import Placed


def test_a_second_submission_of_an_attempt_finds_the_first(ray: RayCluster, placed: Placed) -> None:
    place = placed("ray")
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    handle = place.handle(job)
    command = [sys.executable, "-I", "-S", str(KEEPER), str(handle.folder)]
    placement = present(placement_of(handle))
    again = Submission(handle.attempt_id, command, handle.folder, place.home.root, placement, 30)
    assert Ray(ray.address, 20).submit(again) == handle.attempt_id
    assert ray.jobs_of(handle.attempt_id) == [handle.attempt_id]
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_an_orphan_that_a_new_head_does_not_know_is_stopped_by_its_lease(
    ray: RayCluster, placed: Placed
) -> None:
    place = placed("ray")
    service = place.engine()
    job = running(place, service, do="sleep")
    ray.kill_controller()
    ray.start_controller()
    text = shown(place, service, job, Liveness.DISPUTED)
    assert "it does not know this job" in text
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.reason) == (JobState.STOPPED, "Stopped by Lea, after saving.")
    wait_for(lambda: not place.strays())
    service.close()


def test_an_orphan_that_cannot_read_its_lease_ends_itself(ray: RayCluster, placed: Placed) -> None:
    place = placed("ray")
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    ray.kill_controller()
    (place.folder(job) / "lease.json").rename(place.folder(job) / "away")
    job = place.until(service, job)
    assert job.reason.startswith("Its machine could not read the attempt's folder for too long.")
    wait_for(lambda: not place.strays())
    service.close()


def test_a_cut_network_ends_nothing(ray: RayCluster, placed: Placed) -> None:
    place = placed("ray")
    service = place.engine(engine_timeout_s=5.0)
    job = running(place, service, do="complete", wait=True)
    ray.cut()
    text = shown(place, service, job, Liveness.UNREACHABLE)
    assert "Ray has not answered for" in text
    ray.mend()
    shown(place, service, job, Liveness.WORKING)
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_wrong_token_is_said_by_name_and_not_shown(
    ray: RayCluster, placed: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "wrong-token")
    place = placed("ray")
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert job.state is JobState.FAILED
    assert "refused the token" in job.reason
    assert "RAY_AUTH_TOKEN_PATH" in job.reason
    assert "wrong-token" not in job.reason
    service.close()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"gpus": 1}, "no node of the cluster has gpus: 1"),
        ({"cpus": 99}, "no node of the cluster has cpus: 99"),
        ({"partition": "nope"}, "no node of the cluster has partition: nope"),
    ],
)
def test_one_that_waits_for_ever_says_so_and_can_be_stopped(
    ray: RayCluster, placed: Placed, asked: dict[str, object], said: str
) -> None:
    place = placed("ray", **asked)
    service = place.engine()
    job = place.submit(JobKind.TRAIN, do="complete")
    wait_for(ticking(service, lambda: said in place.job(job).reason))
    assert "It will not start like this: change training.placements" in place.job(job).reason
    assert place.job(job).state is JobState.STARTING
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, place.starts()) == (JobState.STOPPED, [])
    service.close()


def test_it_runs_in_the_group_that_was_asked_for(ray: RayCluster, placed: Placed) -> None:
    place = placed("ray", partition=ray.group, cpus=2, memory_gb=0.5)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert job.state is JobState.SUCCEEDED, job.reason
    service.close()


def test_the_keeper_keeps_the_time_limit(ray: RayCluster, placed: Placed) -> None:
    place = placed("ray", time_limit_h=3 / 3600)
    service = place.engine(automatic_resume=False)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"))
    assert job.state is JobState.INTERRUPTED, job.reason
    assert job.reason.startswith("Its time limit (training.placements: time_limit_h) was over.")
    assert "It had saved" in job.reason
    service.close()
