"""One click: the training run saves, ends and resumes with other settings."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.ledger_bodies import RestartRequested
from core.telemetry import RunReader
from core.vocabulary import JobKind, JobState
from dashboard.components.curve_marks import restart_marks
from runner.models.checkpoints import newest_checkpoint
from runner.outcomes import Refused, Submitted
from runner.recovery.verification import verify_ledger
from tests.expected import body_of, present, refused
from tests.runner.jobs.training_home import make_home
from tests.runner.place import (
    ENGINEER,
    VIEWER,
    Place,
    child_settings,
    own_programs,
    ticking,
    wait_for,
)

if TYPE_CHECKING:
    from runner.records import Job


def spec(place: Place, job: Job, number: int) -> dict[str, Any]:
    folder = place.home.attempt(job.id, number)
    return json.loads((folder / "spec.json").read_text())


def test_a_living_attempt_is_stopped_and_the_next_one_has_the_new_setting(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    outcome = place.client(ENGINEER).restart(learning_rate=1e-4)
    assert isinstance(outcome, Submitted)
    assert outcome.job.id == job.id

    def second_runs() -> bool:
        service.tick(datetime.now(UTC))
        now = place.job(job)
        return now.attempt == 2 and now.state is JobState.RUNNING

    wait_for(second_runs)
    first, _second = place.lead.attempts(job.id)
    assert first.state is JobState.STOPPED
    assert "Stopped by Eva, after saving." in first.reason
    given = spec(place, job, 2)["params"]
    assert (given["learning_rate"], given["resume"]) == (1e-4, True)
    assert given["restart"]["by"] == "Eva"
    assert given["restart"]["log_line"] == "[ISSUE] KL spike, reduzindo LR"
    assert given["restart"]["attempt"] == 2
    entries = place.lead.activity(place.week.id)
    (asked,) = [entry for entry in entries if isinstance(entry.body, RestartRequested)]
    assert asked.by == "Eva"
    assert body_of(asked, RestartRequested).changes == {"learning_rate": 1e-4}
    # A stop is a stop again.
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    assert verify_ledger(place.home).ok


def test_a_stop_behind_a_restart_wins(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.restart(ent_coef=0.005)
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    assert place.job(job).attempt == 1


def test_a_restart_does_not_undo_another_persons_stop(place: Place) -> None:
    service = place.service(stop_grace_s=5.0)
    job = place.until(service, place.submit(JobKind.TRAIN, do="ignore_term"), JobState.RUNNING)
    place.client(ENGINEER).stop(job.id)
    refused = place.lead.restart()
    assert isinstance(refused, Refused)
    said = rf"Eva requested a stop of {job.id} at [\d-]+ [\d:]+ UTC\."
    assert re.fullmatch(said, refused.reason)
    service.supervisor.settings = child_settings(stop_grace_s=0.1)
    assert place.until(service, job).state is JobState.STOPPED
    assert isinstance(place.lead.restart(), Submitted)  # it has ended: now it may


def test_a_person_may_turn_the_own_stop_into_a_restart(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.stop(job.id)
    assert isinstance(place.lead.restart(), Submitted)
    wait_for(ticking(service, lambda: place.job(job).attempt == 2))


def test_a_training_that_crashes_in_a_restart_does_not_go_on(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="diverge", seconds=60),
                      JobState.RUNNING)  # fmt: skip
    place.client(ENGINEER).restart(learning_rate=1e-4)
    job = place.until(service, job)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    assert "train/loss is nan" in job.reason
    assert "Eva had requested a stop" in job.reason
    assert [each.procedure for each in place.lead.incidents(place.week.id)] == ["crash"]


def test_a_restart_that_is_killed_for_ignoring_sigterm_still_goes_on(place: Place) -> None:
    service = place.service(stop_grace_s=0.1)
    job = place.until(service, place.submit(JobKind.TRAIN, do="ignore_term"), JobState.RUNNING)
    place.lead.restart(scenario="hung")

    def second() -> bool:
        service.tick(datetime.now(UTC))
        return place.job(job).attempt == 2

    wait_for(second)
    assert (
        spec(place, job, 2)["params"]["restart"]["log_line"] == "[ISSUE] Training hung, restarted"
    )


def test_a_training_that_ended_early_goes_on_as_a_new_job_of_the_same_run(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.stop(job.id)
    ended = place.until(service, job)
    outcome = place.lead.restart(ent_coef=0.005)
    assert isinstance(outcome, Submitted)
    assert outcome.job.id != job.id
    assert outcome.job.run == ended.run
    params = outcome.job.params
    assert (params["resume"], params["ent_coef"], params["restart"]["attempt"]) == (True, 0.005, 1)
    assert params["restart"]["log_line"] == "[ISSUE] Reward achatado, investigando componentes"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"learning_rate": -1.0}, "learning_rate is -1.0"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"ent_coef": 2.0}, "ent_coef is 2.0"),
    ],
)
def test_a_setting_that_no_training_can_have_is_refused(place: Place, changes, says) -> None:
    job = place.submit(JobKind.TRAIN, do="sleep")
    outcome = place.lead.restart(**changes)
    assert isinstance(outcome, Refused)
    assert says in outcome.reason
    assert "restart" not in place.job(job).params


def test_nobody_restarts_what_an_open_incident_blocks_or_without_the_right(place: Place) -> None:
    assert "no training" in refused(place.lead.restart()).reason
    place.until(place.service(), place.submit(JobKind.TRAIN, do="fail"))
    assert "crash" in refused(place.lead.restart(learning_rate=1e-4)).reason
    assert isinstance(place.client(VIEWER).restart(), Refused)


@pytest.mark.slow
def test_a_real_training_goes_on_with_a_third_of_its_learning_rate(tmp_path) -> None:
    """Real runner, real PPO, real events: what the curve says is what was asked for."""
    make_home(tmp_path / "home")
    place = Place(tmp_path / "home")
    try:
        service = place.service(commands=own_programs(), stop_grace_s=30.0)
        job = place.submit(JobKind.TRAIN, steps=400_000)

        def steps(attempt: int) -> int:
            service.tick(datetime.now(UTC))
            now = place.job(job)
            assert now.state in {JobState.STARTING, JobState.RUNNING, JobState.STOPPING,
                                 JobState.QUEUED}, now.reason  # fmt: skip
            known = place.lead.progress(job.id) if now.attempt == attempt else None
            return int((known or {}).get("steps", 0))

        wait_for(lambda: steps(1) >= 12_000, 60)
        place.client(ENGINEER).restart(learning_rate=1e-4)
        wait_for(lambda: place.job(job).attempt == 2 or steps(1) < 0, 60)
        begun = present(newest_checkpoint(place.home.checkpoints, present(job.run))).step
        wait_for(lambda: steps(2) >= begun + 16_000, 60)
        place.lead.stop(job.id)
        place.until(service, job, JobState.STOPPED)

        first, second = (
            RunReader(place.home.run_attempt(present(job.run), number)) for number in (1, 2)
        )
        for reader, rate in ((first, 3e-4), (second, 1e-4)):
            reader.refresh()
            rates = reader.series("train/learning_rate").value
            assert len(rates)
            assert np.allclose(rates, rate, rtol=1e-6)
            assert set(reader.series("train/clip_range").value.round(6)) == {0.2}
        log = place.home.training_log.read_text(encoding="utf-8").splitlines()
        issue = next(i for i, line in enumerate(log) if "[ISSUE]" in line)
        assert log[issue].endswith("Z [ISSUE] KL spike, reduzindo LR")
        assert log[issue + 1].endswith("[INFO] Restarted by Eva: learning_rate 0.0003 -> 0.0001")
        assert log[issue - 1].endswith(f"[INFO] Resumed from checkpoint {begun}")
        # The change stays with the run: later checkpoints say it, so a later resume keeps it.
        last = present(newest_checkpoint(place.home.checkpoints, present(job.run)))
        assert last.step > begun
        assert last.config["settings"]["learning_rate"] == 1e-4
        (record,) = last.config["restarts"]
        assert (record["step"], record["by"]) == (begun, "Eva")
        # And the curve says it where it happened.
        from tests.dashboard.place import Place as Pages

        pages = Pages(place.home.root)
        pages.now = datetime.now(UTC)
        page = pages.page()
        (mark,) = restart_marks(page, present(page.snapshot()))
        assert begun < mark.step <= begun + 8_000
        assert mark.label.endswith("1: lr 0.0003 → 0.0001")
    finally:
        place.clear()
