"""The runs with their models, and the lead's choice of the one in use."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.ledger_bodies import (
    AttemptStarted,
    Body,
    DecisionMade,
    JobChanged,
    JobColumns,
    ModelChosen,
    ProcessColumns,
)
from core.vocabulary import Decision, JobKind, JobState
from runner.client import run_models
from runner.models.model_files import write_model
from runner.models.model_in_use import RunModel, model_of_run, put_in_use
from runner.outcomes import Recorded, Refused, Submitted
from runner.recovery.verification import verify_ledger
from tests.expected import job_of, present, recorded, refused
from tests.runner.place import ENGINEER, LEAD, VIEWER, Place

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home
    from runner.client import Client
    from runner.client.run_models import TrainingRun

NOW = datetime(2026, 2, 23, 15, tzinfo=UTC)


def save(home: Home, run: str, sharpe: float, lost: int = 0, count: int = 5) -> bytes:
    content = f"weights of {run}".encode()
    validation = {
        "sharpe": sharpe,
        "return_pct": sharpe,
        "of_run": {"count": count, "lost": lost, "beat_never_trading": lost < count},
    }
    write_model(
        home.run_model(run),
        content,
        {
            "run": run,
            "step": 20_000,
            "sha256": hashlib.sha256(content).hexdigest(),
            "validation": validation,
            "config": {"settings": {"seed": 7, "learning_rate": 3e-4, "gamma": 0.98}},
        },
    )
    return content


def write(place: Place, body: Body) -> None:
    with place.lead.store.write() as transaction:
        transaction.append(body, by=LEAD, at=NOW, at_week=NOW, week_id=place.week.id)


def trained(place: Place, state: JobState, **params: object) -> str:
    """A training run of the week that ended so."""
    job = job_of(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": False, **params})
    )
    began = ProcessColumns(state=JobState.RUNNING, started_at=NOW, pid=1).given()
    folder = place.home.relative(place.home.attempt(job.id, 1))
    columns = AttemptStarted.model_fields["attempt"].annotation
    assert columns is not None
    write(
        place,
        AttemptStarted(
            job_id=job.id,
            number=1,
            job=JobColumns(**began, attempt=1),
            attempt=columns(**began, attempt_id="1", epoch=1, folder=folder),
        ),
    )
    ended = ProcessColumns(state=state, ended_at=NOW).given()
    write(place, JobChanged(job_id=job.id, job=JobColumns(**ended)))
    return present(job.run)


def by_name(client: Client) -> dict[str, TrainingRun]:
    return {run.run: run for run in client.runs()}


@pytest.fixture
def two(place: Place) -> tuple[str, str]:
    """A run that succeeded and is in use, and a later one that crashed."""
    first = trained(place, JobState.SUCCEEDED)
    save(place.home, first, 1.2)
    put_in_use(place.home, first, how="completed", by="Lena", at=NOW)
    second = trained(place, JobState.STOPPED, seed=8, note="another seed")
    save(place.home, second, -0.3, lost=5)
    return first, second


def test_every_run_is_listed_with_what_it_keeps(place: Place, two: tuple[str, str]) -> None:
    first, second = (by_name(place.lead)[run] for run in two)
    assert [run.run for run in place.lead.runs()] == [second.run, first.run], "newest first"
    assert (first.state, first.in_use, second.state, second.in_use) == (
        JobState.SUCCEEDED,
        True,
        JobState.STOPPED,
        False,
    )
    assert present(first.choice).how == "completed"
    assert second.choice is None
    assert (second.note, second.validation["sharpe"]) == ("another seed", -0.3)
    assert present(second.validations).lost == 5
    assert second.settings["gamma"] == 0.98
    assert first.total_steps == place.week.playbook.training.total_steps


def test_settings_of_a_run_without_a_model_are_those_it_was_started_with(place: Place) -> None:
    name = trained(place, JobState.STOPPED, learning_rate=1e-4)
    run = by_name(place.lead)[name]
    assert run.model is None
    assert "has no best model" in str(run.problem)
    training = place.week.playbook.training
    assert (run.settings["learning_rate"], run.settings["seed"]) == (1e-4, training.seed)


def test_what_a_restart_changed_is_said_with_what_was_before(place: Place) -> None:
    name = trained(place, JobState.STOPPED, seed=8)
    save(place.home, name, 0.4)  # before the restart: its manifest has the first learning rate
    assert by_name(place.lead)[name].changed == {}
    restarted = place.lead.restart(learning_rate=1e-4)
    assert isinstance(restarted, Submitted)
    run = by_name(place.lead)[name]
    assert run.changed == {"learning_rate": (3e-4, 1e-4)}
    assert run.settings["learning_rate"] == 1e-4
    assert run.settings["gamma"] == 0.98, "what a restart can't change is the manifest's"


def test_the_lead_puts_another_runs_model_in_use(place: Place, two: tuple[str, str]) -> None:
    first, second = two
    before = present(place.lead.model_in_use()).model.sha256
    used = recorded(place.lead.use_model(second, "trained on all data", key="k1"))
    assert place.home.best_model.read_bytes() == place.home.run_model(second).read_bytes()
    found = by_name(place.lead)
    assert (found[first].in_use, found[second].in_use) == (False, True)
    choice = present(found[second].choice)
    assert (choice.how, choice.by, choice.reason) == ("chosen", LEAD.name, "trained on all data")
    (line,) = [each for each in place.lead.activity(None) if isinstance(each.body, ModelChosen)]
    body = line.body
    assert isinstance(body, ModelChosen)
    assert (body.run, body.sha256, body.replaces) == (second, used.sha256, before)
    assert not verify_ledger(place.home).problems
    assert isinstance(place.lead.use_model(second, "trained on all data", key="k1"), Recorded)
    assert sum(isinstance(each.body, ModelChosen) for each in place.lead.activity(None)) == 1
    recorded(place.lead.use_model(first, "the calmer one after all"))
    assert by_name(place.lead)[first].in_use
    assert isinstance(place.lead.use_model(second, "trained on all data", key="k1"), Recorded)
    assert by_name(place.lead)[first].in_use, "a repeated request undoes no later choice"


def test_no_model_is_chosen_while_one_is_revalidated(place: Place, two: tuple[str, str]) -> None:
    job = job_of(place.lead.submit(JobKind.REVALIDATE, {"override_reason": "by hand"}))
    denied = refused(place.lead.use_model(two[1], "trained on all data"))
    assert job.id in denied.reason
    assert "being revalidated" in denied.reason
    assert job.id in denied.remedy
    assert by_name(place.lead)[two[0]].in_use


@pytest.mark.parametrize("person", [VIEWER, ENGINEER])
def test_only_the_lead_chooses(place: Place, two: tuple[str, str], person) -> None:
    before = place.home.best_model.read_bytes()
    assert "may not revalidate" in refused(place.client(person).use_model(two[1], "why")).reason
    assert place.home.best_model.read_bytes() == before


def test_no_model_is_chosen_while_another_week_is_shown(place: Place, two: tuple[str, str]) -> None:
    client = place.client(LEAD)
    client.shown_week = "2031-01-01"
    before = place.home.best_model.read_bytes()
    assert "the active week is" in refused(client.use_model(two[1], "why")).reason
    assert place.home.best_model.read_bytes() == before


def test_a_choice_needs_a_reason_and_an_intact_model(place: Place, two: tuple[str, str]) -> None:
    first, second = two
    before = place.home.best_model.read_bytes()
    assert "requires a reason" in refused(place.lead.use_model(second, " \u200b")).reason
    assert "has no best model" in refused(place.lead.use_model("none", "why")).reason
    assert "not a valid folder name" in refused(place.lead.use_model("../a", "why")).reason
    place.home.run_model(second).write_bytes(b"changed")
    assert isinstance(place.lead.use_model(second, "why"), Refused)
    assert "SHA-256 differs" in str(by_name(place.lead)[second].problem)
    assert place.home.best_model.read_bytes() == before
    assert not [each for each in place.lead.activity(None) if isinstance(each.body, ModelChosen)]
    assert by_name(place.lead)[first].in_use


def test_the_last_decision_on_a_runs_model_stands_beside_it(
    place: Place, two: tuple[str, str]
) -> None:
    first, second = two
    sha256 = present(by_name(place.lead)[first].model).sha256
    for decision, score in ((Decision.NO_GO, "3/6"), (Decision.PARTIAL, "5/6")):
        write(
            place,
            DecisionMade(
                job_id="revalidate-1", decision=decision, score=score, candidate={"model": sha256}
            ),
        )
    found = by_name(place.lead)
    assert present(found[first].decided).score == "5/6"
    assert found[second].decided is None


def test_a_model_that_was_replaced_by_hand_is_of_none_of_the_runs(
    place: Place, two: tuple[str, str], tmp_path: Path
) -> None:
    content = b"from elsewhere"
    sha256 = hashlib.sha256(content).hexdigest()
    write_model(place.home.best_model, content, {"run": "elsewhere", "sha256": sha256})
    used = present(place.lead.model_in_use())
    assert (used.model.run, used.choice) == ("elsewhere", None)
    assert not any(run.in_use for run in place.lead.runs())


def test_a_model_is_not_chosen_for_a_week_that_has_just_become_active(
    place: Place, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = place.week.launch + timedelta(days=7)
    other = recorded(place.lead.create_week(launch, symbol="BTCUSDT", planned=True))
    before = place.home.best_model.read_bytes()

    def meanwhile(home: Home, run: str) -> RunModel:
        recorded(place.client(LEAD).use_week(other.id))
        return model_of_run(home, run)

    monkeypatch.setattr(run_models, "model_of_run", meanwhile)
    outcome = refused(place.client(LEAD).use_model(two[1], "the better one", key="k1"))
    assert outcome.reason == "Another week has just become active."
    assert place.home.best_model.read_bytes() == before
    assert not [one for one in place.lead.activity(None) if isinstance(one.body, ModelChosen)]


def test_a_repeated_choice_is_not_completed_in_another_weeks_place(
    place: Place, two: tuple[str, str]
) -> None:
    launch = place.week.launch + timedelta(days=7)
    other = recorded(place.lead.create_week(launch, symbol="BTCUSDT", planned=True))
    recorded(place.lead.use_model(two[1], "the better one", key="k1"))
    recorded(place.lead.use_week(other.id))
    elsewhere = place.home.of(other.place)
    save(elsewhere, two[1], 0.1)
    outcome = refused(place.lead.use_model(two[1], "the better one", key="k1"))
    assert outcome.reason == "Another week has just become active."
    assert not elsewhere.best_model.exists()
