"""Nodes of Ray that die: a worker, and the head with all that it knew."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import pytest

from core.vocabulary import JobState, Liveness
from tests.engines.ray_cluster import WORKERS
from tests.engines.test_faults import running, shown
from tests.expected import present
from tests.runner.place import ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.records import Job
    from runner.service import Service
    from tests.engines.placed_home import EnginePlace
    from tests.engines.ray_cluster import RayCluster
    from tests.engines.test_faults import Placed


@pytest.fixture
def worker(ray: RayCluster) -> Iterator[RayCluster]:
    """The cluster with a second node; without it after the test."""
    ray.add_worker()
    yield ray
    ray.kill_worker()


def cut_power(place: EnginePlace) -> None:
    """All processes of the attempt die at once."""
    for end in (psutil.Process.suspend, psutil.Process.kill):
        for process in place.strays():
            with suppress(psutil.NoSuchProcess):
                end(process)


def lost(place: EnginePlace, service: Service, job: Job) -> str:
    """Wait until its first attempt is called so; returns why."""
    wait_for(ticking(service, lambda: place.lead.attempts(job.id)[0].state is JobState.LOST))
    return place.lead.attempts(job.id)[0].reason


def alive(place: EnginePlace) -> int:
    """How many programs of the job live."""
    pids = [int(line.split()[1]) for line in place.starts()]
    return sum(psutil.pid_exists(pid) for pid in pids)


def test_a_run_whose_worker_node_dies_with_it_is_lost_and_resumed_once(
    worker: RayCluster, placed: Placed
) -> None:
    place = placed("ray", partition=WORKERS)
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    worker.kill_worker()
    cut_power(place)
    assert "its shim has been silent for" in lost(place, service, job)
    wait_for(ticking(service, lambda: "no node of the cluster has" in place.job(job).reason))
    assert (place.job(job).state, len(place.starts())) == (JobState.STARTING, 1)
    worker.add_worker()
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts()), alive(place)) == (2, 2, 1)
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 2, 2)
    service.close()


def test_a_run_that_outlives_its_worker_node_is_not_started_again(
    worker: RayCluster, placed: Placed
) -> None:
    place = placed("ray", partition=WORKERS)
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    worker.kill_worker()
    assert "Ray said" in shown(place, service, job, Liveness.DISPUTED)
    assert alive(place) == 1
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_run_that_died_with_the_head_is_lost_when_a_new_head_does_not_know_it(
    ray: RayCluster, placed: Placed
) -> None:
    place = placed("ray")
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    ray.kill_controller()
    cut_power(place)
    shown(place, service, job, Liveness.UNREACHABLE)

    def silent_for_longer_than_the_grace() -> bool:
        assert place.job(job).state is JobState.RUNNING  # an engine that is away proves nothing
        words = present(place.lead.pulse(job.id)).words
        return present(words).shim_age > 2 * service.settings.lost_grace_s

    wait_for(ticking(service, silent_for_longer_than_the_grace))
    ray.start_controller()
    assert "it does not know this job" in lost(place, service, job)
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts()), alive(place)) == (2, 2, 1)
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 2, 2)
    service.close()
