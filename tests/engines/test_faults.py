"""What goes wrong between runner, controller, node and folder, on each engine."""

from __future__ import annotations

import json
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from core.vocabulary import JobKind, JobState, Liveness
from runner.executors.lease import LEASE, fence
from tests.expected import present
from tests.runner.place import ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.records import Job
    from runner.service import Service
    from tests.engines.cluster import Cluster
    from tests.engines.placed_home import EnginePlace
    from tests.engines.ray_cluster import RayCluster

    Clusters = Cluster | RayCluster
    Placed = Callable[..., EnginePlace]


def shown(place: EnginePlace, service: Service, job: Job, liveness: Liveness) -> str:
    """Wait until pages show it; returns the evidence. The job is RUNNING all the time."""

    def seen() -> bool:
        now = place.job(job)
        assert now.state is JobState.RUNNING, now.reason
        pulse = place.lead.pulse(job.id)
        return pulse is not None and pulse.liveness is liveness

    wait_for(ticking(service, seen))
    assert place.job(job).state is JobState.RUNNING
    return present(place.lead.pulse(job.id)).text


def running(place: EnginePlace, service: Service, **script: object) -> Job:
    return place.until(service, place.submit(JobKind.TRAIN, **script), JobState.RUNNING)


def test_a_dead_controller_makes_it_unreachable_and_ends_nothing(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    engine.remember(place.handle(job).attempt_id)
    engine.kill_controller()
    text = shown(place, service, job, Liveness.UNREACHABLE)
    assert "has not answered for" in text
    assert "its shim on" in text
    assert "no new step" in text
    engine.start_controller()
    shown(place, service, job, Liveness.WORKING if engine.remembers else Liveness.DISPUTED)
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_it_is_stopped_and_its_end_known_without_a_controller(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine()
    job = running(place, service, do="sleep")
    engine.remember(place.handle(job).attempt_id)
    engine.kill_controller()
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.reason) == (JobState.STOPPED, "Stopped by Lea, after saving.")
    service.close()


def test_one_that_was_requested_without_a_controller_starts_when_there_is_one(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine()
    engine.kill_controller()
    job = place.submit(JobKind.TRAIN, do="complete")
    wait_for(ticking(service, lambda: engine.silence in place.job(job).reason))
    assert place.job(job).state is JobState.STARTING
    engine.start_controller()
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_dead_node_agent_is_a_dispute_and_starts_no_second_copy(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    engine.kill_agent()
    if engine.dead_node:
        text = shown(place, service, job, Liveness.DISPUTED)  # and it runs
        assert f": {engine.dead_node}" in text
    else:
        wait_for(ticking(service, lambda: not engine.ready()))
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_dead_node_is_lost_after_the_grace_and_only_then_resumed(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine()
    job = running(place, service, do="sleep")
    first = place.folder(job)
    for end in (psutil.Process.suspend, psutil.Process.kill):  # all at once, as a power cut does
        for process in place.strays():
            with suppress(psutil.NoSuchProcess):
                end(process)
    wait_for(ticking(service, lambda: place.lead.attempts(job.id)[0].state is JobState.LOST))
    reason = place.lead.attempts(job.id)[0].reason
    assert reason.partition(" ")[2].startswith("says: FAILED")
    assert "its shim has been silent for" in reason
    assert json.loads((first / LEASE).read_text())["epoch"] == 2  # fenced before that
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts())) == (2, 2)
    service.close()


def test_one_whose_lease_is_taken_away_saves_and_ends(engine: Clusters, placed: Placed) -> None:
    place = placed(engine.name)
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    fence(place.handle(job), "a test")
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its lease had been taken away. It had saved.")
    service.close()


def test_one_that_cannot_read_its_lease_saves_and_ends_after_the_grace(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    (place.folder(job) / LEASE).rename(place.folder(job) / "away")
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its machine could not read the attempt's folder for too long.")
    service.close()


def test_a_runner_that_is_away_for_longer_than_the_lease_changes_nothing(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine(lease_s=0.5)
    job = running(place, service, do="complete", wait=True)
    service.close()
    began = json.loads((place.folder(job) / "node.json").read_text())["beat"]
    wait_for(lambda: json.loads((place.folder(job) / "node.json").read_text())["beat"] > began + 10)
    later = place.engine()
    place.go(job)
    job = place.until(later, job)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 1)
    later.close()


def test_an_end_that_slurm_asks_for_saves_and_is_the_machines(
    engine: Clusters, placed: Placed
) -> None:
    place = placed(engine.name)
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    engine.ask_to_end(place.handle(job).attempt_id)
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its engine asked it to end")
    service.close()


def test_a_program_that_is_stopped_on_its_node_is_seen(engine: Clusters, placed: Placed) -> None:
    place = placed(engine.name)
    service = place.engine()
    job = running(place, service, do="sleep")
    program = psutil.Process(place.pid(job))
    program.send_signal(signal.SIGSTOP)
    shown(place, service, job, Liveness.STALLED)
    program.send_signal(signal.SIGCONT)
    shown(place, service, job, Liveness.WORKING)
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    service.close()
