"""What goes wrong between runner, controller, node and folder, on a real Slurm."""

from __future__ import annotations

import json
import signal
import sys
from typing import TYPE_CHECKING

import psutil

from core.vocabulary import JobKind, JobState, Liveness
from runner.executors.engine import Submission
from runner.executors.lease import LEASE, fence, placement_of
from runner.executors.questions import KEEPER
from runner.executors.slurm import Slurm
from tests.expected import present
from tests.runner.place import ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.records import Job
    from runner.service import Service
    from tests.engines.cluster import Cluster
    from tests.engines.conftest import EnginePlace

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
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    slurm.remember(place.handle(job).attempt_id)
    slurm.kill_controller()
    text = shown(place, service, job, Liveness.UNREACHABLE)
    assert "Slurm has not answered for" in text
    assert "its shim on" in text
    assert "no new step" in text
    slurm.start_controller()
    shown(place, service, job, Liveness.WORKING)
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_it_is_stopped_and_its_end_known_without_a_controller(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine()
    job = running(place, service, do="sleep")
    slurm.remember(place.handle(job).attempt_id)
    slurm.kill_controller()
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.reason) == (JobState.STOPPED, "Stopped by Lea, after saving.")
    service.close()


def test_one_that_was_requested_without_a_controller_starts_when_there_is_one(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine()
    slurm.kill_controller()
    job = place.submit(JobKind.TRAIN, do="complete")
    wait_for(ticking(service, lambda: "Unable to contact" in place.job(job).reason))
    assert place.job(job).state is JobState.STARTING
    slurm.start_controller()
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_dead_node_agent_is_a_dispute_and_starts_no_second_copy(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    slurm.kill_agent()
    text = shown(place, service, job, Liveness.DISPUTED)  # Slurm: NODE_FAIL, and it runs
    assert "NODE_FAIL" in text
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_a_dead_node_is_lost_after_the_grace_and_only_then_resumed(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine()
    job = running(place, service, do="sleep")
    first = place.folder(job)
    for process in place.strays():  # keeper, shim and program at once, as a power cut does
        process.suspend()
    for process in place.strays():
        process.kill()
    wait_for(ticking(service, lambda: place.lead.attempts(job.id)[0].state is JobState.LOST))
    reason = place.lead.attempts(job.id)[0].reason
    assert reason.startswith("Slurm says: FAILED")
    assert "its shim has been silent for" in reason
    assert json.loads((first / LEASE).read_text())["epoch"] == 2  # fenced before that
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts())) == (2, 2)
    service.close()


def test_a_second_submission_of_an_attempt_runs_nothing(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm")
    service = place.engine()
    job = running(place, service, do="complete", wait=True)
    handle = place.handle(job)
    command = [sys.executable, "-I", "-S", str(KEEPER), str(handle.folder)]
    again = Submission(
        handle.attempt_id,
        command,
        handle.folder,
        place.home.root,
        present(placement_of(handle)),
        30,
    )
    number = Slurm(20).submit(again)
    wait_for(
        lambda: (
            "FAILED" in slurm.run("squeue", "-h", "--states=all", "-j", number, "-o", "%T").stdout
        )
    )
    assert len(slurm.jobs_of(handle.attempt_id)) == 2
    place.go(job)
    job = place.until(service, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    service.close()


def test_one_whose_lease_is_taken_away_saves_and_ends(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm")
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    fence(place.handle(job), "a test")
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its lease had been taken away. It had saved.")
    service.close()


def test_one_that_cannot_read_its_lease_saves_and_ends_after_the_grace(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    (place.folder(job) / LEASE).rename(place.folder(job) / "away")
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its machine could not read the attempt's folder for too long.")
    service.close()


def test_a_runner_that_is_away_for_longer_than_the_lease_changes_nothing(
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
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
    slurm: Cluster, placed: Placed
) -> None:
    place = placed("slurm")
    service = place.engine(automatic_resume=False)
    job = running(place, service, do="sleep")
    (number,) = slurm.jobs_of(place.handle(job).attempt_id)
    slurm.run("scancel", "--batch", "--signal=TERM", number)  # as before a time limit
    job = place.until(service, job)
    assert job.state is JobState.INTERRUPTED
    assert job.reason.startswith("Its engine asked it to end")
    service.close()


def test_a_partition_that_is_not_there_is_refused_by_name(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm", partition="nope")
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert job.state is JobState.FAILED
    assert "Invalid partition name" in job.reason
    assert "training.placements in the playbook: partition." in job.reason
    service.close()


def test_a_gpu_that_is_not_there_is_refused_by_name(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm", gpus=1)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert job.state is JobState.FAILED
    assert "gpus" in job.reason
    service.close()


def test_one_that_waits_says_why_and_can_be_stopped(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm")
    service = place.engine()
    slurm.run("scontrol", "update", "PartitionName=debug", "State=DOWN")
    try:
        job = place.submit(JobKind.TRAIN, do="complete")
        wait_for(ticking(service, lambda: "PartitionDown" in place.job(job).reason))
        assert "It will not start like this" in place.job(job).reason
        assert place.job(job).state is JobState.STARTING
        place.lead.stop(job.id)
        job = place.until(service, job)
    finally:
        slurm.run("scontrol", "update", "PartitionName=debug", "State=UP")
    assert (job.state, place.starts()) == (JobState.STOPPED, [])
    service.close()


def test_a_program_that_is_stopped_on_its_node_is_seen(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm")
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
