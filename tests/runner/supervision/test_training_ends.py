"""What the manual asks for when a training run fails, and what resumes by itself."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import yaml

from core.ledger_bodies import JobChanged
from core.vocabulary import ENDED_STATES, IncidentState, JobKind, JobState
from runner.executors.executor import Exit
from runner.executors.local import LocalProcesses
from runner.models.best_model import manifest_path
from runner.outcomes import Refused
from runner.recovery.verification import verify_ledger
from tests.expected import body_of, job_of, present
from tests.faults.promises import vanish
from tests.runner.place import LAUNCH, Place, after, own_programs, wait_for

if TYPE_CHECKING:
    from runner.executors.executor import Handle, Observation
    from runner.records import Job


def logged(place: Place) -> None:
    place.home.training.mkdir(parents=True)
    place.home.training_log.write_text("2026-02-23T14:00:00Z [ERROR] NaN\n")
    place.home.model.mkdir(parents=True)
    place.home.best_model.write_bytes(b"weights")
    manifest_path(place.home.best_model).write_text("{}")


def test_a_crash_opens_its_incident_keeps_the_log_and_blocks_the_start(place: Place) -> None:
    logged(place)
    job = place.until(place.service(), place.submit(JobKind.TRAIN, do="fail"))
    (incident,) = place.lead.incidents(place.week.id)
    assert (incident.procedure, incident.state) == ("crash", IncidentState.OPEN)
    assert (incident.opened_by, incident.blocks_start) == ("runner", True)
    assert job.id in incident.summary
    assert "NaN" in incident.summary
    assert place.home.crash_backup_log.read_text().endswith("[ERROR] NaN\n")
    assert isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )


def test_bad_data_open_the_data_incident_and_keep_the_model(place: Place) -> None:
    logged(place)
    place.until(place.service(), place.submit(JobKind.TRAIN, do="refuse"))
    (incident,) = place.lead.incidents(place.week.id)
    assert incident.procedure == "data"
    assert place.home.bad_data_backup.read_bytes() == b"weights"
    assert manifest_path(place.home.bad_data_backup).read_text() == "{}"
    assert not place.home.crash_backup_log.exists()


def test_a_refused_parameter_is_no_crash(place: Place) -> None:
    job = place.until(place.service(), place.submit(JobKind.TRAIN, do="refuse", error_kind="input"))
    assert job.state is JobState.FAILED
    assert place.lead.incidents(place.week.id) == []


def test_a_program_that_never_ran_is_no_crash(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = place.service()
    look = LocalProcesses.look

    def refused(self: LocalProcesses, handle: Handle, *, search: bool = False) -> Observation:
        ended = Exit(None, None, "The engine refused it", datetime.now(UTC))
        return replace(look(self, handle, search=search), found=True, alive=False, exit=ended)

    monkeypatch.setattr(LocalProcesses, "look", refused)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"))
    assert (job.state, job.reason) == (JobState.FAILED, "Could not start: The engine refused it.")
    assert place.lead.incidents(place.week.id) == []


def test_another_job_that_fails_is_no_crash_of_the_training(place: Place) -> None:
    place.until(place.service(), place.submit(JobKind.BACKUP, do="fail"))
    assert place.lead.incidents(place.week.id) == []


def test_evidence_that_cannot_be_kept_keeps_no_incident_from_opening(place: Place) -> None:
    logged(place)
    (place.home.training / ".CRASH_backup.log.partial").mkdir()
    job = place.until(place.service(), place.submit(JobKind.TRAIN, do="fail"))
    assert job.state is JobState.FAILED
    (incident,) = place.lead.incidents(place.week.id)
    assert incident.procedure == "crash"
    assert "The evidence was NOT saved: training.log could not be copied (" in incident.summary
    assert isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )


def test_a_crash_in_a_stop_is_a_crash(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="diverge", seconds=60),
                      JobState.RUNNING)  # fmt: skip
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert job.state is JobState.FAILED
    assert "train/loss is nan" in job.reason
    assert job.reason.endswith("Lea had requested a stop.")
    assert [each.procedure for each in place.lead.incidents(place.week.id)] == ["crash"]


def test_an_incident_stops_a_first_start_that_waits(place: Place) -> None:
    job = place.submit(JobKind.TRAIN)
    place.lead.open_incident(place.week.id, "data", "bad candles")
    job = place.until(place.service(), job)
    assert (job.state, job.attempt) == (JobState.STOPPED, 0)
    assert "blocks every start. Close it, then start again." in job.reason
    assert job.ended_at is not None
    assert place.starts() == []
    assert verify_ledger(place.home, tables=True).ok


def test_two_reboots_before_the_first_new_step_are_no_loop(place: Place) -> None:
    service = place.service(backoff_s=0.01)
    job = place.submit(JobKind.TRAIN, do="sleep", at_step=0)
    for _ in range(2):
        place.until(service, job, JobState.RUNNING)
        folder = place.folder(job)
        vanish(place.shim(job), place.pid(job))
        _reboot(place, job)
        (folder / "exit.json").unlink(missing_ok=True)
        place.until(service, job, JobState.QUEUED)
    assert place.until(service, job, JobState.RUNNING).attempt == 3
    ended = [attempt.state for attempt in place.lead.attempts(job.id)[:2]]
    assert ended == [JobState.INTERRUPTED] * 2


def test_a_second_crash_joins_the_open_incident(place: Place) -> None:
    service = place.service()
    running = place.until(
        service, place.submit(JobKind.TRAIN, do="fail", seconds=1), JobState.RUNNING
    )
    place.lead.open_incident(place.week.id, "crash", "seen by a person first")
    place.until(service, running)
    assert len(place.lead.incidents(place.week.id)) == 1


def test_a_trainer_of_the_users_own_is_run_with_its_placeholders(place: Place) -> None:
    content = yaml.safe_load(place.week.playbook_text)
    code = "import sys; print(*sys.argv[1:]); open(sys.argv[1] + '/events', 'w')"
    content["training"]["command"] = [
        sys.executable, "-c", code, "{tensorboard_dir}", "--steps={steps}", "{run}", "{home}",
    ]  # fmt: skip
    file = place.home.root / "own.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    place.lead.create_week(LAUNCH + timedelta(days=7), file)
    job = place.until(place.service(), place.submit(JobKind.TRAIN, steps=4096))
    assert (job.state, job.exit_code) == (JobState.SUCCEEDED, 0)
    events = place.home.run_attempt(present(job.run), 1)
    assert shlex.split(place.lead.output_tail(job.id)) == [
        str(events), "--steps=4096", job.run, str(place.home.root),
    ]  # fmt: skip
    assert (events / "events").exists()


def _reboot(place: Place, job: Job) -> None:
    """Make the attempt one of an earlier boot: its processes are gone, its files stay."""
    path = place.folder(job) / "identity.json"
    stored = json.loads(path.read_text())
    for process in (stored["shim"], stored["child"]):
        process["boot_id"] = "an-earlier-boot"
    path.write_text(json.dumps(stored))


def test_a_training_that_a_reboot_ended_goes_on_by_itself(place: Place) -> None:
    service = place.service(backoff_s=0.2)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    strays = place.strays()
    for process in strays:
        process.kill()
    exit_file = place.folder(job) / "exit.json"
    _reboot(place, job)
    exit_file.unlink(missing_ok=True)
    place.until(service, job, JobState.QUEUED)
    assert "Automatic resume at " in place.job(job).reason
    first = place.lead.attempts(job.id)[0]
    assert first.state is JobState.INTERRUPTED
    job = place.until(service, job, JobState.RUNNING)
    assert job.attempt == 2
    spec = json.loads((place.folder(job) / "spec.json").read_text())
    assert spec["params"]["resume"] is True
    assert place.lead.incidents(place.week.id) == []


def test_after_three_resumes_in_a_day_a_person_is_needed(place: Place) -> None:
    service = place.service(backoff_s=0.01)
    job = place.submit(JobKind.TRAIN, do="sleep")
    for number in range(1, 5):
        place.until(service, job, JobState.RUNNING)
        assert place.job(job).attempt == number
        vanish(*sorted(process.pid for process in place.strays()))
        states = (JobState.LOST,) if number == 4 else (JobState.QUEUED, JobState.STARTING)
        place.until(service, job, *states)
    assert [a.state for a in place.lead.attempts(job.id)] == [JobState.LOST] * 4
    assert (
        "resumed 3 times in 24 h, so it is not resumed automatically again" in place.job(job).reason
    )


def test_no_training_goes_on_by_itself_beside_an_open_incident(place: Place) -> None:
    service = place.service(backoff_s=0.3)
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    vanish(*(process.pid for process in place.strays()))
    place.until(service, job, JobState.QUEUED)
    place.lead.open_incident(place.week.id, "data", "a gap")
    job = place.until(service, job)
    assert (job.state, job.attempt) == (JobState.INTERRUPTED, 1)
    assert "incident" in job.reason


def stopped(place: Place) -> Job:
    """A training run that had started, of a runner that no longer runs."""
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.stop(job.id)
    place.until(service, job, JobState.STOPPED)
    service.close()
    return job


@pytest.mark.slow
def test_a_resume_whose_checkpoints_are_all_broken_begins_nothing_and_calls_people(
    place: Place,
) -> None:
    stopped(place)
    broken = place.home.checkpoints / "4096" / "manifest.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    service = place.service(commands=own_programs(), start_timeout_s=30.0)
    job = job_of(place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}))

    def over() -> bool:
        service.tick(after(0))
        return place.job(job).state in ENDED_STATES

    wait_for(over, seconds=60)
    job = place.job(job)
    assert job.state is JobState.FAILED
    assert "no intact checkpoint" in job.reason
    (incident,) = place.lead.incidents(place.week.id)
    assert (incident.procedure, incident.state) == ("crash", IncidentState.OPEN)
    assert not place.home.best_model.exists()


def test_nothing_is_resumed_while_a_restore_that_was_cut_off_left_no_model(place: Place) -> None:
    stopped(place)
    aside = place.home.model.with_name(".ppo_phase4.replaced")
    aside.mkdir(parents=True)
    refused = place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True})
    assert isinstance(refused, Refused)
    assert "trainweek backup restore" in refused.remedy
    aside.rename(place.home.model)
    assert not isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )


def test_an_end_twice_at_the_same_step_is_not_resumed(place: Place) -> None:
    service = place.service(backoff_s=0.01)
    job = place.submit(JobKind.TRAIN, do="sleep", at_step=4096)
    for state in (JobState.QUEUED, JobState.LOST):
        place.until(service, job, JobState.RUNNING)
        vanish(place.shim(job), place.pid(job))
        place.until(service, job, state)
    assert place.job(job).attempt == 2
    assert "It was lost twice at step 4,096, so it is not resumed" in place.job(job).reason


def test_an_attempt_that_ran_long_resets_the_backoff(place: Place) -> None:
    service = place.service(backoff_s=10.0, backoff_cap_s=300.0, healthy_s=3600.0, resumes_a_day=9)
    service.supervisor.finisher.chance = lambda: 0.5  # no spread
    job = place.submit(JobKind.TRAIN, do="sleep")
    waits = []
    for hours in (0, 0, 2, 0, 0):
        place.until(service, job, JobState.RUNNING)
        began_earlier(place, job, hours)
        vanish(place.shim(job), place.pid(job))
        service.supervisor.settings = service.settings.model_copy(
            update={"backoff_cap_s": 0.0}
        )  # no waiting
        service.supervisor.finisher.settings = service.settings
        place.until(service, job, JobState.QUEUED)
        last = place.lead.activity(place.week.id, limit=1)[0]
        until = present(body_of(last, JobChanged).job.not_before)
        waits.append((until - last.at).total_seconds())
    assert waits == [10.0, 20.0, 10.0, 10.0, 20.0]


def began_earlier(place: Place, job: Job, hours: int) -> None:
    """As if the attempt ran for so many hours already, by the shim's own word."""
    path = place.folder(job) / "identity.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored | {"started_at": stored["started_at"] - 3600 * hours}))
