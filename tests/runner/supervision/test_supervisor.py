"""Jobs from request to end, with real children."""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from core.ledger_bodies import DecisionSigned
from core.paths import Home
from core.vocabulary import JobKind, JobState, SignatureAct
from runner.executors import local
from runner.outcomes import AlreadyRunning, Refused, Submitted
from runner.service import Service
from runner.settings import command_name
from tests.expected import present
from tests.runner.place import CTO, Place, child_settings, wait_for

if TYPE_CHECKING:
    from sqlalchemy import Row


def test_a_job_that_ends_with_a_complete_result_succeeds(place: Place) -> None:
    job = place.until(place.service(), place.submit())
    assert job.state is JobState.SUCCEEDED
    assert job.exit_code == 0
    assert job.reason == ""
    assert place.lead.result(job.id) == {"complete": True}
    assert job.requested_at <= present(job.started_at) <= present(job.ended_at)


def signed(place: Place, sha256: str) -> str:
    """A decision that may be followed."""
    (place.home.revalidation_archive / sha256).mkdir(parents=True)
    body = DecisionSigned(
        revalidation_sha256=sha256, act=SignatureAct.REJECT, reason="", conditions=[]
    )
    now = datetime.now(UTC)
    with place.lead.store.write() as write:
        write.append(body, by=CTO, at=now, at_week=now, week_id=place.week.id)
    return sha256


def test_a_replay_on_paper_is_a_line_of_the_ledger_that_says_what_came_true(place: Place) -> None:
    first, second = signed(place, "a" * 64), signed(place, "d" * 64)
    service = place.service()
    told = {"decision": first, "record_sha256": "b" * 64, "data_sha256": "c" * 64}
    came = {"days": 12, "of": 30, "left_on": 9, "expired_on": 11, "held": False}
    asked = place.submit(JobKind.PAPER, decision=first, result=told | came)
    job = place.until(service, asked)
    assert job.state is JobState.SUCCEEDED
    line = place.lead.followed()[first]
    assert line.job_id == job.id
    assert {name: getattr(line, name) for name in came} == came
    assert line.record_sha256 == "b" * 64
    half = place.submit(JobKind.PAPER, decision=second, result={"decision": second})
    assert place.until(service, half).state is JobState.SUCCEEDED
    assert second not in place.lead.followed()
    service.close()


def test_the_attempts_folder_explains_itself(place: Place) -> None:
    job = place.until(place.service(), place.submit())
    folder = place.folder(job)
    spec = json.loads((folder / "spec.json").read_text())
    assert spec["job_id"] == job.id
    assert spec["launch"] == "2026-02-23T14:00:00Z"
    assert spec["requested_by"] == "Lea"
    assert (folder / "playbook.yaml").read_text() == place.week.playbook_text
    assert {"identity.json", "exit.json", "output.log", "heartbeat", "command.json"} <= {
        path.name for path in folder.iterdir()
    }
    assert place.lead.output_tail(job.id) == "started"


@pytest.mark.parametrize(
    ("params", "state", "exit_code", "reason"),
    [
        ({"do": "fail"}, JobState.FAILED, 1, "ValueError: the reward became NaN"),
        ({"do": "exit", "code": 7}, JobState.FAILED, 7, "Exit code 7"),
        ({"do": "no_result"}, JobState.FAILED, 0, "no complete result"),
        ({"do": "refuse"}, JobState.FAILED, 2, "There is no data. Get some."),
        ({"do": "kill_self"}, JobState.FAILED, -9, "signal 9 (SIGKILL)"),
    ],
)
def test_an_end_is_told_with_its_reason(
    place: Place, params: dict, state: JobState, exit_code: int, reason: str
) -> None:
    job = place.until(place.service(), place.submit(**params))
    assert (job.state, job.exit_code) == (state, exit_code)
    assert reason in job.reason


def test_a_program_that_is_not_there_could_not_be_started(place: Place) -> None:
    missing = dict.fromkeys(JobKind, ("/no/such/program",))
    job = place.until(place.service(commands=missing), place.submit())
    assert job.state is JobState.FAILED
    assert "/no/such/program" in job.reason


def test_a_week_whose_trainer_no_system_can_start_fails_with_its_reason(place: Place) -> None:
    argv = (sys.executable, "a\0")
    settings = child_settings().model_copy(
        update={command_name(JobKind.BACKUP): argv}  # as a file of an earlier version set it
    )
    service = Service(place.home, settings, now=lambda: datetime.now(UTC))
    job = place.until(service, place.submit())
    assert job.state is JobState.FAILED
    assert "embedded null byte" in job.reason
    service.close()


def test_a_stopped_job_may_save_and_end(place: Place) -> None:
    service, job = place.service(stop_grace_s=30.0), place.submit(do="sleep")
    running = place.until(service, job, JobState.RUNNING)
    assert psutil.pid_exists(present(running.pid))
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.exit_code) == (JobState.STOPPED, 3)
    assert job.reason == "Stopped by Lea, after saving."


def test_a_job_that_ignores_sigterm_is_killed_after_the_grace(place: Place) -> None:
    service, job = place.service(stop_grace_s=0.3), place.submit(do="ignore_term")
    place.until(service, job, JobState.RUNNING)
    place.lead.stop(job.id)
    job = place.until(service, job)
    assert (job.state, job.exit_code) == (JobState.STOPPED, -9)
    assert "did not exit within 0.3 s of SIGTERM" in job.reason
    assert not place.strays()


def test_a_grandchild_that_escaped_its_session_is_ended_too(place: Place) -> None:
    service, job = place.service(), place.submit(do="grandchild")
    place.until(service, job, JobState.RUNNING)

    def escaped() -> bool:
        return len(place.strays()) >= 3  # shim, program, grandchild

    wait_for(escaped)
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    wait_for(lambda: not place.strays())


@pytest.mark.parametrize("other", ["checkout", "spelling"])
def test_a_shim_is_known_by_its_identity(
    place: Place, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    service = place.service()
    job = place.until(service, place.submit(do="ignore_term"), JobState.RUNNING)
    service.close()
    home = place.home
    if other == "checkout":
        monkeypatch.setattr(local, "SHIM", Path("/another/checkout/runner/processes/shim.py"))
    else:
        link = home.root.with_name("link")
        link.symlink_to(home.root)
        home = Home(link)
    service = Service(home, child_settings(), now=lambda: datetime.now(UTC))
    place.lead.stop(job.id)
    job = place.until(service, job)
    wait_for((place.folder(job) / "exit.json").exists)  # its shim was spared, and wrote it
    assert (job.state, job.exit_code) == (JobState.STOPPED, -signal.SIGKILL)


def test_a_waiting_job_is_stopped_without_being_started(place: Place) -> None:
    job = place.submit()
    place.lead.stop(job.id)
    job = place.until(place.service(), job)
    assert job.state is JobState.STOPPED
    assert place.starts() == []


def test_a_second_request_of_a_kind_gets_the_first_ones_job(place: Place) -> None:
    job = place.submit(do="sleep")
    outcome = place.lead.submit(JobKind.BACKUP, {})
    assert isinstance(outcome, AlreadyRunning)
    assert (outcome.job.id, outcome.by, outcome.since) == (job.id, "Lea", job.requested_at)
    assert isinstance(place.lead.submit(JobKind.DATA_CHECK, {}), Submitted)


def test_a_job_that_has_ended_is_not_stopped(place: Place) -> None:
    job = place.until(place.service(), place.submit())
    assert isinstance(place.lead.stop(job.id), Refused)


def test_a_training_gets_an_event_folder_of_its_own_for_each_attempt(place: Place) -> None:
    service = place.service()
    first = place.until(service, place.submit(JobKind.TRAIN, do="sleep"), JobState.RUNNING)
    place.lead.stop(first.id)
    place.until(service, first)
    (place.home.run_attempt(present(first.run), 1) / "events.out.tfevents.1").write_bytes(b"x")
    second = place.until(service, place.submit(JobKind.TRAIN, resume=True))
    assert second.run == first.run == "F12-phase4-final"
    spec = json.loads((place.folder(second) / "spec.json").read_text())
    assert spec["tensorboard_dir"] == str(place.home.run_attempt(first.run, 2))
    assert spec["params"]["resume"] is True


def test_a_fault_in_the_supervision_of_one_job_leaves_the_others_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    service = place.service()
    broken = place.submit(JobKind.DATA_CHECK)
    start = service.supervisor.starter.start

    def faulty(row: Row, now: datetime) -> str | None:
        if row.id == broken.id:
            raise OverflowError("date value out of range")
        return start(row, now)

    monkeypatch.setattr(service.supervisor.starter, "start", faulty)
    assert place.until(service, place.submit()).state is JobState.SUCCEEDED
    said = [each for each in caplog.records if each.getMessage().startswith(broken.id)]
    assert [each.getMessage().split(": ", 1)[1] for each in said] == [
        "unexpected OverflowError: date value out of range"
    ]


def test_no_attempt_is_started_through_a_link_that_leaves_the_home(
    place: Place, tmp_path: Path
) -> None:
    service, outside = place.service(), tmp_path / "outside"
    outside.mkdir()
    job = place.submit()
    place.home.jobs.mkdir(parents=True, exist_ok=True)
    place.home.job(job.id).symlink_to(outside)
    ended = place.until(service, job)
    assert ended.state is JobState.FAILED
    assert "leads out of the data directory" in ended.reason
    assert list(outside.iterdir()) == []
