"""Reproductions: requested by the lead, beside the week, and kept in the ledger."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from core.decision.reproduced_gate import Match
from core.files import write_json
from core.people import Person
from core.vocabulary import JobKind, JobState, Role
from runner.client import Client
from runner.outcomes import AlreadyRunning, Refused, Submitted
from tests.expected import present, recorded
from tests.runner.place import ENGINEER, LAUNCH, LEAD
from tests.runner.reproduced_place import ReproducedPlace, result_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.decision import SavedDecision
    from core.paths import Home


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ReproducedPlace]:
    made = ReproducedPlace(tmp_path / "home")
    yield made
    made.clear()


def script(place: ReproducedPlace, **given: Any) -> None:
    write_json(place.home.root / "scripts" / "new-reproduce.json", given)


def asked(place: ReproducedPlace, saved: SavedDecision) -> Submitted:
    outcome = place.client(LEAD).reproduce(saved)
    assert isinstance(outcome, Submitted), outcome
    return outcome


def done(place: ReproducedPlace, saved: SavedDecision, **given: Any) -> str:
    script(place, result=result_of(saved, "x"), **given)
    job = asked(place, saved).job
    service = place.service(take_over=True)
    place.until(service, job)
    service.close()
    return job.id


def test_a_reproduction_is_kept_and_belongs_to_no_week(place: ReproducedPlace) -> None:
    saved, client = place.saved(), place.client(LEAD)
    looks = len(client.hold_outs().looks)
    job_id = done(place, saved)
    (found,) = client.reproductions(saved.sha256)
    assert found.match is Match.EQUAL
    job = present(client.reproduction_job(saved.sha256))
    assert (job.id, job.week_id, job.state) == (job_id, None, JobState.SUCCEEDED)
    assert job_id not in {each.id for each in client.jobs(week_id=place.week.id)}
    assert len(client.hold_outs().looks) == looks  # the claim is the same
    spec = json.loads((place.home.attempt(job_id, 1) / "spec.json").read_text())
    assert spec["week_id"] == place.week.id  # its placement; the store knows no week of it
    assert client.reproductions("0" * 64) == []


def test_one_at_a_time_and_by_the_lead_alone(place: ReproducedPlace) -> None:
    saved = place.saved()
    refused = place.client(ENGINEER).reproduce(saved)
    assert isinstance(refused, Refused)
    assert place.client(LEAD).irreproducible(saved) is None
    first = asked(place, saved)
    second = place.client(LEAD).reproduce(saved)
    assert isinstance(second, AlreadyRunning)
    assert second.job.id == first.job.id


def test_missing_candles_and_a_lock_are_refused_before_anything_runs(
    place: ReproducedPlace,
) -> None:
    saved, client = place.saved(), place.client(LEAD)
    client.lock_hold_out("for the final look")
    locked = client.reproduce(saved)
    assert isinstance(locked, Refused)
    assert "for the final look" in locked.reason
    shutil.rmtree(place.home.train_data)
    missing = present(client.irreproducible(saved))
    assert place.manifest()["data_sha256"] in missing.reason
    assert "--train-data-dir" in missing.remedy
    assert client.reproduction_job(saved.sha256) is None


def test_a_raw_request_needs_a_recipe(place: ReproducedPlace) -> None:
    refused = place.client(LEAD).submit(JobKind.REPRODUCE, {"decision": "a" * 64})
    assert isinstance(refused, Refused)
    assert "recipe.json" in refused.reason


def test_what_the_machine_ended_begins_again(place: ReproducedPlace) -> None:
    saved = place.saved()
    script(place, do="sleep")
    job = asked(place, saved).job
    service = place.service(take_over=True)
    place.until(service, job, JobState.RUNNING)
    for process in place.strays():
        process.kill()
    place.until(service, job, JobState.QUEUED)
    again = place.until(service, job, JobState.RUNNING)
    service.close()
    assert again.attempt == 2


def test_a_stop_ends_it_without_a_result(place: ReproducedPlace) -> None:
    saved, client = place.saved(), place.client(LEAD)
    script(place, do="sleep")
    job = asked(place, saved).job
    service = place.service(take_over=True)
    place.until(service, job, JobState.RUNNING)
    client.stop(job.id)
    place.until(service, job)
    service.close()
    assert present(client.job(job.id)).state is JobState.STOPPED
    assert client.reproductions(saved.sha256) == []


def elsewhere(place: ReproducedPlace, root: Path) -> Home:
    """Another data directory with the candles, and nothing else."""
    from core.paths import Home

    other = Home(root)
    shutil.copytree(place.home.train_data, other.train_data)
    shutil.copytree(place.home.backtest_data, other.backtest_data)
    return other


def test_a_capsule_is_reproduced_in_another_data_directory(
    place: ReproducedPlace, tmp_path: Path
) -> None:
    saved = place.saved()
    place.sign(saved.sha256)
    content, _ = place.client().capsule(saved.sha256)
    other = elsewhere(place, tmp_path / "other")
    client = Client(other, Person("Lea", Role.LEAD))
    outcome = client.reproduce_capsule(content)
    assert isinstance(outcome, Submitted), outcome
    assert outcome.job.params["week"] is None
    recipe = json.loads((other.reproductions(saved.sha256) / "recipe.json").read_text())
    assert recipe["manifest"] == place.manifest()
    shutil.rmtree(other.backtest_data)
    missing = client.reproduce_capsule(content)
    assert isinstance(missing, Refused)
    assert saved.decision.data.sha256 in missing.reason


def test_a_capsule_of_others_is_no_uncounted_look_at_the_hold_out(
    place: ReproducedPlace, tmp_path: Path
) -> None:
    saved = place.saved()
    place.sign(saved.sha256)
    content, _ = place.client().capsule(saved.sha256)
    client = Client(elsewhere(place, tmp_path / "other"), Person("Lea", Role.LEAD))
    recorded(client.create_week(LAUNCH))
    recorded(client.lock_hold_out("for the final look"))
    recorded(client.open_hold_out("the model is final"))
    refused = client.reproduce_capsule(content)
    assert isinstance(refused, Refused)
    assert "a look that nothing counts" in refused.reason


def test_a_capsule_without_a_recipe_says_what_is_missing(
    place: ReproducedPlace, tmp_path: Path
) -> None:
    saved = place.saved()
    place.sign(saved.sha256)
    place.home.signed_model(saved.decision.model.sha256).with_suffix(".manifest.json").unlink()
    manifest = place.home.best_model.with_name("best_model.manifest.json")
    kept = manifest.read_bytes()
    manifest.unlink()
    content, _ = place.client().capsule(saved.sha256)
    other = Client(elsewhere(place, tmp_path / "other"), Person("Lea", Role.LEAD))
    refused = other.reproduce_capsule(content)
    assert isinstance(refused, Refused)
    assert "Missing: the model's manifest" in refused.reason
    assert "decision export" in refused.remedy
    manifest.write_bytes(kept)
    assert isinstance(
        place.client(LEAD).reproduce_capsule(content), Submitted
    )  # its parts are here


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b'{"format": "other/1"}'])
def test_what_is_no_capsule_is_refused(place: ReproducedPlace, content: bytes) -> None:
    assert isinstance(place.client(LEAD).reproduce_capsule(content), Refused)
