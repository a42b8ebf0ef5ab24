"""The life of an attempt, the same on every executor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.engines.placed_home import EnginePlace


def test_it_runs_to_its_end(executor: str, placed: Callable[..., EnginePlace]) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="complete"))
    assert (job.state, job.reason, len(place.starts())) == (JobState.SUCCEEDED, "", 1)
    service.close()


def test_its_exit_code_is_known(executor: str, placed: Callable[..., EnginePlace]) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="exit", code=7))
    assert (job.state, job.exit_code) == (JobState.FAILED, 7)
    service.close()


def test_a_crash_by_a_signal_is_known(executor: str, placed: Callable[..., EnginePlace]) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="kill_self"))
    assert (job.state, job.exit_code) == (JobState.FAILED, -9)
    service.close()


def test_it_stops_after_saving(executor: str, placed: Callable[..., EnginePlace]) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.reason) == (JobState.STOPPED, "Stopped by Lea, after saving.")
    wait_for(lambda: not place.strays())
    service.close()


def test_one_that_ignores_sigterm_is_killed(
    executor: str, placed: Callable[..., EnginePlace]
) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(service, place.submit(JobKind.TRAIN, do="ignore_term"), JobState.RUNNING)
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert job.state is JobState.STOPPED
    assert "was killed" in job.reason
    wait_for(lambda: not place.strays())
    service.close()


def test_the_next_runner_adopts_it(executor: str, placed: Callable[..., EnginePlace]) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(
        service, place.submit(JobKind.TRAIN, do="complete", wait=True), JobState.RUNNING
    )
    service.close()
    place.go(job)
    later = place.engine()
    job = place.until(later, job)
    assert (job.state, job.attempt, len(place.starts())) == (JobState.SUCCEEDED, 1, 1)
    later.close()


def test_one_that_ended_while_no_runner_was_there_is_known(
    executor: str, placed: Callable[..., EnginePlace]
) -> None:
    place = placed(executor)
    service = place.engine()
    job = place.until(
        service, place.submit(JobKind.TRAIN, do="exit", code=3, wait=True), JobState.RUNNING
    )
    service.close()
    place.go(job)
    wait_for((place.folder(job) / "exit.json").exists)
    later = place.engine()
    assert place.until(later, job).exit_code == 3
    later.close()
