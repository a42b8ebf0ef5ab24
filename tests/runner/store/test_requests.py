"""Requests in the ledger: those of another version stay readable, and their runs resumable."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import InputError
from core.ledger_bodies import Body, JobRequested, NoteWritten
from core.vocabulary import JobKind, JobState
from runner.outcomes import Refused, Submitted
from tests.expected import job_of, present
from tests.runner.place import LEAD, Place, place

__all__ = ["place"]

OLD = {"learning_rat": 0.5, "steps": 4000, "run": "old", "seed": 3}


def written(place: Place, body: Body) -> None:
    """A line as it is, past the client's checks."""
    now = datetime.now(UTC)
    with place.lead.store.write() as write:
        write.append(body, by=LEAD, at=now, at_week=now, week_id=place.week.id)


def test_a_job_with_parameters_of_another_version_runs_and_its_run_is_resumable(
    place: Place,
) -> None:
    written(place, JobRequested(job_id="train-old", job_kind=JobKind.TRAIN, params=OLD, run="old"))
    (place.home.root / "scripts").mkdir()
    (place.home.root / "scripts" / "train-old.json").write_text('{"do": "sleep"}')
    service = place.service()
    job = place.until(service, present(place.lead.job("train-old")), JobState.RUNNING)
    assert dict(job.params) == OLD
    assert json.loads((place.folder(job) / "spec.json").read_text())["params"] == OLD
    restarted = place.lead.restart(learning_rate=1e-4)
    assert isinstance(restarted, Submitted)
    assert restarted.job.params["learning_rate"] == 1e-4
    assert restarted.job.params["steps"] == 4000
    place.until(service, job, JobState.QUEUED, JobState.STARTING)
    place.until(service, job, JobState.RUNNING)
    place.lead.stop(job.id)
    place.until(service, job)
    resumed = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True})
    assert isinstance(resumed, Submitted)
    assert dict(resumed.job.params) == {
        "resume": True, "run": "old", "steps": 4000, "seed": 3, "learning_rate": 1e-4,
        "override_reason": "by hand",
    }  # fmt: skip


def test_a_wrong_parameter_of_any_kind_writes_no_line_and_no_row(place: Place) -> None:
    before = place.home.ledger.read_bytes()
    for kind in JobKind:
        for params in ({"learning_rat": 0.5}, {"x": float("nan")}, {"\ud800": 1}, {"": ""}):
            refused = place.lead.submit(kind, params)
            assert isinstance(refused, Refused), (kind, params)
            why = "belongs to its sweep" if kind is JobKind.TRIAL else "has no parameter"
            assert why in refused.reason
    assert place.home.ledger.read_bytes() == before
    assert place.lead.jobs() == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "half \ud800", {"deep": ["\udcff"]}])
def test_what_json_can_not_hold_is_refused_with_its_place(place: Place, value: Any) -> None:
    before = place.home.ledger.read_bytes()
    request = JobRequested(
        job_id="backup-1", job_kind=JobKind.BACKUP, params={"note": value}, run=None
    )
    with pytest.raises(InputError, match=r"^body\.params\.note(\.deep)? can't be recorded: "):
        written(place, request)
    assert place.home.ledger.read_bytes() == before
    assert job_of(place.lead.submit(JobKind.BACKUP)).kind is JobKind.BACKUP  # the store still works


def test_text_that_no_file_can_hold_is_refused_with_its_place(place: Place) -> None:
    before = place.home.ledger.read_bytes()
    with pytest.raises(InputError, match=r"^body\.text can't be recorded: "):
        written(place, NoteWritten(slot="hourly_1", text="half \ud800"))
    assert place.home.ledger.read_bytes() == before
