"""Two weeks of two symbols in one home: one runner serves both, and keeps them apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, JobState
from runner.outcomes import AlreadyRunning
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded, refused
from tests.runner.place import CTO, ENGINEER, LEAD, Place, submit_scripted, ticking, wait_for

if TYPE_CHECKING:
    from core.people import Person
    from core.week import Week
    from runner.client import Client
    from runner.records import Job

OTHER = "BTCUSDT"


@pytest.fixture
def beside(place: Place) -> Week:
    launch = place.week.launch + timedelta(hours=1)
    return recorded(place.lead.create_week(launch, symbol=OTHER, beside=True))


def of(place: Place, week: Week) -> Client:
    client = place.client(LEAD)
    client.shown_week = week.id
    return client


def train(client: Client, **script: object) -> Job:
    return job_of(submit_scripted(client, JobKind.TRAIN, script))


def test_two_weeks_train_at_once_in_folders_of_their_own(place: Place, beside: Week) -> None:
    service = place.service()
    first, second = train(place.lead, wait=True), train(of(place, beside), wait=True)
    again = submit_scripted(of(place, beside), JobKind.TRAIN, {})
    assert isinstance(again, AlreadyRunning)
    assert again.job.id == second.id
    for job in (first, second):
        place.until(service, job, JobState.RUNNING)
    assert place.job(first).state is JobState.RUNNING
    assert (first.week_id, second.week_id) == (place.week.id, beside.id)
    events = [present(place.lead.attempts(job.id)[-1].event_folder) for job in (first, second)]
    assert events[0].startswith("logs/ppo_training/tensorboard/")
    assert events[1].startswith(f"logs/{OTHER}/ppo_training/tensorboard/")
    spec = json.loads((place.folder(second) / "spec.json").read_text())
    assert (spec["home"], spec["place"]) == (str(place.home.root), OTHER)
    assert place.home.of(spec["place"]).best_model == (
        place.home.root / "models" / OTHER / "ppo_phase4" / "best_model.zip"
    )
    for job in (first, second):
        place.go(job)
        place.until(service, job, JobState.SUCCEEDED)
    service.close()
    assert len(place.starts()) == 2
    assert verify_ledger(place.home, tables=True).ok


def test_only_the_week_whose_run_stalls_gets_the_incident(place: Place, beside: Week) -> None:
    service = place.service(stalled_s=1.0, stalled_gaps=1.0, liveness_s=0.05)
    works, hangs = train(place.lead, do="sleep"), train(of(place, beside), do="hang")
    place.until(service, works, JobState.RUNNING)
    place.until(service, hangs, JobState.RUNNING)
    (place.folder(hangs) / "hang").touch()
    wait_for(ticking(service, lambda: place.lead.incidents(beside.id)))
    [incident] = place.lead.incidents(beside.id)
    assert hangs.id in incident.summary
    assert place.lead.incidents(place.week.id) == []
    assert place.job(works).state is JobState.RUNNING
    service.close()


def test_a_crash_blocks_the_starts_of_its_own_week_alone(place: Place, beside: Week) -> None:
    service = place.service()
    crashed = train(of(place, beside), do="fail")
    assert place.until(service, crashed).state is JobState.FAILED
    assert [one.procedure for one in place.lead.incidents(beside.id)] == ["crash"]
    assert (
        "blocks every start"
        in refused(submit_scripted(of(place, beside), JobKind.TRAIN, {})).reason
    )
    log = place.home.of(OTHER)
    assert log.crash_backup_log.parent == place.home.root / "logs" / OTHER / "ppo_training"
    assert place.until(service, train(place.lead)).state is JobState.SUCCEEDED
    service.close()


def test_the_schedule_of_each_week_asks_for_its_own_daily_checks(place: Place) -> None:
    launch = datetime.now(UTC) - timedelta(hours=36)  # the launch day has been checked
    weeks = {
        recorded(place.lead.create_week(launch)).id,
        recorded(place.lead.create_week(launch, symbol=OTHER, beside=True)).id,
    }
    service = place.service(schedule=True, schedule_s=0.0)

    def asked() -> bool:
        return {job.week_id for job in place.lead.jobs(JobKind.DAILY_CHECK)} == weeks

    wait_for(ticking(service, asked))
    service.close()


def test_two_weeks_in_one_place_are_never_in_progress_at_once(place: Place) -> None:
    launch = place.week.launch + timedelta(days=7)
    same = recorded(place.lead.create_week(launch, planned=True))
    assert same.place is None
    assert "the same folders" in refused(place.lead.begin_week(same.id)).reason
    why = refused(place.lead.create_week(launch + timedelta(days=7), beside=True)).reason
    assert "the same folders" in why
    assert recorded(place.lead.use_week(same.id)).active
    assert not present(place.lead.week(place.week.id)).in_progress


def test_a_week_is_begun_changes_places_and_is_closed(place: Place) -> None:
    launch = place.week.launch + timedelta(days=7)
    other = recorded(place.lead.create_week(launch, symbol=OTHER, planned=True))
    assert (other.place, other.in_progress) == (OTHER, False)
    assert "You are looking at week" in refused(of(place, other).submit(JobKind.BACKUP)).reason
    assert recorded(place.lead.begin_week(other.id)).in_progress
    running = job_of(of(place, other).submit(JobKind.BACKUP))
    assert running.week_id == other.id
    assert running.id in refused(place.lead.close_week(other.id)).reason
    assert recorded(place.lead.use_week(other.id)).active  # though a job of it waits
    assert present(place.lead.week(place.week.id)).beside
    assert place.lead.weeks_in_progress() == [other.id, place.week.id]
    assert "active one" in refused(place.lead.close_week(other.id)).reason
    assert "in progress" in refused(place.lead.archive_week(place.week.id)).reason
    assert not recorded(place.lead.close_week(place.week.id)).in_progress
    assert place.lead.weeks_in_progress() == [other.id]
    assert verify_ledger(place.home, tables=True).ok


@pytest.mark.parametrize("person", [ENGINEER, CTO])
def test_only_the_lead_begins_and_closes_weeks(place: Place, beside: Week, person: Person) -> None:
    client = place.client(person)
    refused(client.close_week(beside.id))
    recorded(place.lead.close_week(beside.id))
    refused(client.begin_week(beside.id))
    assert not present(place.lead.week(beside.id)).in_progress
