"""Who may replace the model, and when."""

from __future__ import annotations

from core.ledger_bodies import JobRequested
from core.vocabulary import JobKind, JobState
from runner.outcomes import Refused, Submitted
from tests.expected import body_of, job_of
from tests.runner.place import ENGINEER, LEAD, Place

RESTORE = {"action": "restore"}


def test_the_lead_restores_and_an_engineer_makes_backups(place: Place) -> None:
    engineer = place.client(ENGINEER)
    assert isinstance(engineer.submit(JobKind.BACKUP, RESTORE), Refused)
    assert isinstance(engineer.submit(JobKind.IMPORT_MODEL, {"file": "x.zip"}), Refused)
    assert isinstance(engineer.submit(JobKind.BACKUP), Submitted)


def test_a_restore_is_refused_while_a_training_waits_or_lives(place: Place) -> None:
    job = place.submit(JobKind.TRAIN, do="sleep")
    refused = place.lead.submit(JobKind.BACKUP, RESTORE)
    assert isinstance(refused, Refused)
    assert job.id in refused.reason
    service = place.service()
    place.until(service, job, JobState.RUNNING)
    assert isinstance(place.lead.submit(JobKind.BACKUP, RESTORE), Refused)
    assert isinstance(place.lead.submit(JobKind.BACKUP), Submitted)  # a copy disturbs no run
    place.lead.stop(job.id)
    place.until(service, job)


def test_no_training_starts_while_a_backup_is_restored(place: Place) -> None:
    place.home.resolve("models/x").mkdir(parents=True)
    asked = job_of(place.lead.submit(JobKind.BACKUP, {**RESTORE, "from": "models/x"}))
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"})
    assert isinstance(refused, Refused)
    assert "being restored" in refused.reason
    place.until(place.service(), asked)
    assert isinstance(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand"}), Submitted)
    entry = place.lead.activity(place.week.id)[-2]
    assert (entry.kind, entry.by) == ("request", LEAD.name)
    assert body_of(entry, JobRequested).params == {"action": "restore", "from": "models/x"}


def test_looking_at_models_needs_none(place: Place) -> None:
    assert place.lead.checkpoints() == []
    assert place.lead.backups() == []
