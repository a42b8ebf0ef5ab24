"""``trainweek jobs`` says whether a job is working, and how that is known."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from core.vocabulary import JobKind, JobState
from tests.expected import present
from tests.runner.cli.terminal import trainweek
from tests.runner.place import Place, place, wait_for

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["place"]


@pytest.mark.slow
def test_list_and_show_tell_the_liveness_with_its_evidence(place: Place) -> None:
    service = place.service(liveness_s=0.1, stalled_s=1.0, stalled_gaps=2.0)
    job = place.until(service, place.submit(do="sleep"), JobState.RUNNING)
    os.kill(present(job.pid), signal.SIGSTOP)
    stall = place.folder(job) / "stall-001"

    def stalled() -> bool:
        service.tick(service.now())
        pulse = present(place.lead.pulse(job.id))  # CPU is known from the second look on
        return stall.exists() and "used no CPU" in pulse.text

    wait_for(stalled)
    shown = trainweek("jobs", "show", job.id, home=place.home.root).stdout
    assert "liveness     STALLED: The process is stopped" in shown
    assert "no new step for" in shown
    assert "process T (stopped)" in shown
    assert "used no CPU" in shown
    listed = trainweek("jobs", "list", home=place.home.root).stdout
    assert "RUNNING" in listed
    assert "STALLED: The process" in listed
    (reported,) = json.loads(trainweek("jobs", "list", "--json", home=place.home.root).stdout)
    assert reported["liveness"] == "STALLED"
    assert reported["silence_s"] > reported["silence_limit_s"] == 1.0
    os.kill(present(job.pid), signal.SIGCONT)
    place.lead.stop(job.id)
    place.until(service, job)
    reported = json.loads(trainweek("jobs", "show", job.id, "--json", home=place.home.root).stdout)
    assert (reported["liveness"], reported["liveness_evidence"]) == ("DONE", ["ended STOPPED"])


def test_a_waiting_job_has_no_liveness(place: Place) -> None:
    job = place.submit()
    reported = json.loads(trainweek("jobs", "show", job.id, "--json", home=place.home.root).stdout)
    assert reported["liveness"] is None


def test_show_names_the_incident_of_a_job_until_it_is_closed_and_after(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.TRAIN, do="fail"))
    assert job.state is JobState.FAILED
    shown = trainweek("jobs", "show", job.id, home=place.home.root).stdout
    assert "incident crash: OPEN since" in shown
    assert "blocks every start" in shown
    (opened,) = place.lead.incidents(place.week.id)
    place.lead.close_incident(opened.id, "the disk was full")
    shown = trainweek("jobs", "show", job.id, home=place.home.root).stdout
    assert "incident crash: CLOSED by" in shown
    assert "the disk was full" in shown
    reported = json.loads(trainweek("jobs", "show", job.id, "--json", home=place.home.root).stdout)
    (incident,) = reported["incidents"]
    assert (incident["procedure"], incident["state"]) == ("crash", "CLOSED")
    assert incident["close_reason"] == "the disk was full"


@pytest.mark.parametrize(
    ("param", "named"),
    [
        ("learning_rat=0.5", "Did you mean learning_rate?"),
        ("learning_rate=NaN", "learning_rate is nan"),
        ("learning_rate=Infinity", "learning_rate is inf"),
        (b"run=\xed\xa0\x80", "is not valid UTF-8"),
        ('run="\\ud800"', "is not a valid folder name"),
        ("steps=" + "9" * 5000, "steps is "),
        ("steps=" + "[" * 100_000, "steps is "),
        ("steps", "is not name=value"),
        ("=5", "is not name=value"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_wrong_parameter_is_a_sentence_and_nothing_is_written(
    tmp_path: Path, param: str | bytes, named: str
) -> None:
    trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    ledger = (tmp_path / "reports" / "ledger" / "audit.jsonl").read_bytes()
    done = trainweek("jobs", "submit", "train", "--param", param, home=tmp_path)
    assert done.returncode == 2
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "reports" / "ledger" / "audit.jsonl").read_bytes() == ledger
    assert json.loads(trainweek("jobs", "list", "--json", home=tmp_path).stdout) == []


def test_a_parameter_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    trainweek("week", "new", "--launch", "2026-11-23T14:00Z", home=tmp_path)
    twice = ["--param", "steps=4096", "--param", "steps=8192"]
    done = trainweek("jobs", "submit", "train", *twice, home=tmp_path)
    assert done.returncode == 2
    assert "'steps' is given twice" in done.stderr
