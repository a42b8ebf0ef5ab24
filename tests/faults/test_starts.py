"""Faults of a start: the shim dies, hangs or can't be made before its program runs."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, JobState
from runner.executors import local
from runner.executors.executor import Handle, Order
from runner.executors.local import LocalProcesses
from tests.faults.promises import vanish
from tests.runner.place import Place, after, ticking, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIMED = "    ctypes.CDLL(None)"  # the claim is written
NAMED = "    log = Log(folder"  # identity.json is written, without a child


@pytest.fixture
def shim_that(place: Place, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Starts from now on run a shim that does this first at that place; "" mends it."""
    text = local.SHIM.read_text()
    path = place.home.root / local.SHIM.name
    monkeypatch.setattr(local, "SHIM", path)

    def change(does: str, at: str = NAMED) -> None:
        assert text.count(at) == 1
        path.write_text(text.replace(at, f"    {does}\n{at}") if does else text)

    return change


def test_a_shim_that_is_stopped_before_its_program_runs_is_woken(place: Place, shim_that) -> None:
    shim_that("os.kill(os.getpid(), signal.SIGSTOP)")
    service = place.service(start_timeout_s=10.0)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    assert (job.attempt, len(place.starts())) == (1, 1)
    service.close()


@pytest.mark.parametrize("at", [CLAIMED, NAMED])
def test_a_shim_that_hangs_before_its_program_runs_is_ended_and_the_start_repeated(
    place: Place, shim_that, at: str
) -> None:
    shim_that("time.sleep(600)", at)
    service = place.service(start_timeout_s=2.0)
    job = place.submit(JobKind.TRAIN, do="sleep")
    place.until(service, job, JobState.STARTING)
    there = place.folder(job) / ("claim" if at == CLAIMED else "identity.json")
    wait_for(there.exists)
    (hung,) = place.strays()
    shim_that("")
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts())) == (1, 1)
    wait_for(lambda: not hung.is_running())
    service.close()


def test_a_start_that_hangs_can_be_stopped(place: Place, shim_that) -> None:
    shim_that("time.sleep(600)")
    service = place.service(start_timeout_s=600.0, stop_grace_s=0.2)
    job = place.submit(JobKind.TRAIN, do="sleep")
    place.until(service, job, JobState.STARTING)
    wait_for(lambda: (place.folder(job) / "identity.json").exists())
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert job.state is JobState.STOPPED
    assert "Lea" in job.reason
    assert not place.starts()
    service.close()


def test_a_claim_of_a_shim_that_died_with_it_does_not_end_the_job(place: Place, shim_that) -> None:
    shim_that("os._exit(9)", CLAIMED)
    service = place.service(start_timeout_s=2.0)
    job = place.submit(JobKind.TRAIN, do="sleep")
    place.until(service, job, JobState.STARTING)
    wait_for(lambda: (place.folder(job) / "claim").exists() and not place.strays())
    shim_that("")
    job = place.until(service, job, JobState.RUNNING)
    assert (job.attempt, len(place.starts())) == (1, 1)
    service.close()


def test_a_claim_of_one_that_lives_or_ran_is_respected(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    again = LocalProcesses()
    for _ in range(2):
        another = Order(Handle("another", place.folder(job)), ["true"], place.home.root, 1.0)
        with pytest.raises(FileExistsError):
            again.place(another)
        for process in place.strays():
            process.kill()
        wait_for(lambda: not place.strays())
    service.close()


def test_two_starts_that_left_no_trace_are_a_failure_of_the_machine(
    place: Place, shim_that
) -> None:
    shim_that("os._exit(9)", CLAIMED)
    service = place.service(start_timeout_s=0.3)
    job = place.submit(JobKind.TRAIN, do="sleep")

    def lost() -> bool:
        service.tick(after(0))
        return any(each.state is JobState.LOST for each in place.lead.attempts(job.id))

    wait_for(lost)
    shim_that("")
    quick = service.supervisor.settings
    service.supervisor.settings = quick.model_copy(update={"start_timeout_s": 10.0})
    job = place.until(service, job, JobState.RUNNING)
    assert job.attempt == 2
    assert next(a.reason for a in place.lead.attempts(job.id)).startswith(
        "Two starts left no trace"
    )
    service.close()


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.EMFILE, errno.ENOSPC])
def test_a_machine_that_lacks_something_at_an_automatic_resume_is_given_time(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    service = place.service(backoff_s=0.05)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    vanish(place.shim(job), place.pid(job))

    def no(*given: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(service.supervisor.executor, "place", no)
        wait_for(ticking(service, lambda: place.job(job).attempt == 2))
    assert place.lead.attempts(job.id)[1].state is JobState.LOST
    assert os.strerror(number) in place.lead.attempts(job.id)[1].reason
    job = place.until(service, job, JobState.RUNNING)
    assert job.attempt == 3
    service.close()


def test_a_machine_that_never_gets_better_is_left_to_a_person(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = place.service(backoff_s=0.01, resumes_a_day=2)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    vanish(place.shim(job), place.pid(job))

    def no(*given: object) -> None:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(service.supervisor.executor, "place", no)
    job = place.until(service, job)
    assert job.state is JobState.LOST
    assert "not resumed automatically again" in job.reason
    service.close()
