"""What only Slurm says and does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState, Verdict
from runner.doctor.engines import engines
from runner.executors.engine import Submission
from runner.executors.lease import placement_of
from runner.executors.questions import KEEPER
from runner.executors.slurm import Slurm
from runner.settings import Settings
from tests.engines.test_faults import running
from tests.expected import present
from tests.runner.place import after, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.cluster import Cluster
    from tests.engines.placed_home import EnginePlace

    Placed = Callable[..., EnginePlace]


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


def test_a_partition_that_is_not_there_is_refused_by_name(slurm: Cluster, placed: Placed) -> None:
    place = placed("slurm", partition="nope")
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert job.state is JobState.FAILED
    assert "Invalid partition name" in job.reason
    assert "training.placements in the playbook: partition." in job.reason
    assert place.lead.incidents(place.week.id) == []  # nothing crashed: no program ran
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


def test_the_doctor_says_what_slurm_would_take(slurm: Cluster, placed: Placed) -> None:
    said = {
        partition: list(engines(placed("slurm", partition=partition).home, Settings(), after(0)))
        for partition in ("debug", "nope")
    }
    assert [each.verdict for each in said["debug"]] == [Verdict.PASS]
    assert [each.verdict for each in said["nope"]] == [Verdict.FAIL]
    assert "partition" in said["nope"][0].remedy
    assert slurm.run("squeue", "--noheader", "--states=all").stdout.count("wrap") == 0
