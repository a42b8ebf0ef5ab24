"""Which candidates the ledger counts as trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.ledger_bodies import DecisionMade
from core.vocabulary import JobKind, JobState
from runner.outcomes import Submitted
from runner.store.trials import CountedTrials, counted_trials
from tests.expected import job_of, present
from tests.runner.place import ENGINEER, Place, place, ticking, wait_for

if TYPE_CHECKING:
    from runner.records import Job
    from runner.service import Service

__all__ = ["place"]


def counted(place: Place) -> CountedTrials:
    with place.lead.store.read() as connection:
        return counted_trials(connection, place.week.id)


def restarted(place: Place, service: Service, job: Job, **changed: Any) -> None:
    attempt = place.job(job).attempt
    assert isinstance(place.client(ENGINEER).restart(**changed), Submitted)
    wait_for(
        ticking(
            service,
            lambda: (
                place.job(job).attempt > attempt
                and place.job(job).state is JobState.RUNNING
                and place.lead.progress(job.id) is not None
            ),
        )
    )


def test_a_search_by_restart_counts_each_changed_setting_and_no_plain_restart(place: Place) -> None:
    service = place.service(stop_grace_s=20.0)
    job = place.submit(JobKind.TRAIN, wait=True)
    place.until(service, job, JobState.RUNNING)
    assert counted(place).in_all == 1
    for rate in (1e-4, 3e-5):
        restarted(place, service, job, learning_rate=rate)
    restarted(place, service, job)
    found = counted(place)
    rates = [each.settings["learning_rate"] for each in found.candidates]
    assert rates == [3e-4, 1e-4, 3e-5]
    assert (found.in_all, found.of_week) == (3, 3)
    place.go(job)
    place.until(service, job)
    assert counted(place).in_all == 3
    service.close()


def test_refused_and_failed_starts_and_other_jobs_are_no_trials(place: Place) -> None:
    service = place.service()
    place.until(service, place.submit(JobKind.TRAIN, do="refuse"))
    place.until(service, place.submit(JobKind.REVALIDATE, do="refuse"))
    place.until(service, place.submit(JobKind.BACKUP))
    waiting = place.submit(JobKind.REVALIDATE)  # not started
    assert counted(place).in_all == 0
    place.until(service, waiting)
    assert counted(place).in_all == 1
    service.close()


BACKTEST = {"model": "a" * 64, "data": "d" * 64, "playbook": "c" * 64, "settings": {}}


def test_the_same_revalidation_again_counts_once_and_another_model_is_one_more(
    place: Place,
) -> None:
    service = place.service()
    train = place.until(service, place.submit(JobKind.TRAIN))
    for model in ("a", "a", "b", "a"):
        candidate = BACKTEST | {"model": model * 64, "run": train.run}
        result = {"decision": "GO", "candidate": candidate}
        place.until(service, place.submit(JobKind.REVALIDATE, result=result))
    found = counted(place)
    assert [each.model for each in found.candidates] == ["a" * 64, "b" * 64]
    assert found.candidates[0].run == train.run
    service.close()


def test_lines_of_older_versions_count_a_path_once_a_training_run(place: Place) -> None:
    service = place.service()
    for _ in range(2):
        place.until(service, place.submit(JobKind.REVALIDATE))
    assert counted(place).in_all == 1
    place.until(service, place.submit(JobKind.TRAIN))
    for _ in range(2):
        place.until(service, place.submit(JobKind.REVALIDATE))
    assert counted(place).in_all == 2
    assert present(DecisionMade(job_id="j").as_json()) == {"job_id": "j"}
    service.close()


def test_the_same_configuration_and_seed_again_is_the_same_candidate(place: Place) -> None:
    service = place.service()
    for seed in (7, 8, 7):
        asked = place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "seed": seed, "resume": False}
        )
        place.until(service, job_of(asked))
    assert [each.settings["seed"] for each in counted(place).candidates] == [7, 8]
    service.close()


@pytest.mark.parametrize("declared", [1, 2])
def test_fewer_trials_than_were_scored_are_refused(place: Place, declared: int) -> None:
    service = place.service()
    for seed in (7, 8, 9):
        asked = place.lead.submit(
            JobKind.TRAIN, {"override_reason": "by hand", "seed": seed, "resume": False}
        )
        place.until(service, job_of(asked))
    refused = place.lead.submit(JobKind.REVALIDATE, {"trials": declared})
    assert "the ledger counts 3 over all weeks" in str(refused)
    service.close()
