"""A followed job: its JSON, its exit code, and how Ctrl-C leaves it."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import typer

from core.paths import Home
from core.vocabulary import JobKind
from runner.cli.followed_job import follow
from runner.home.launch import stop_all
from tests.expected import job_of
from tests.runner.cli.terminal import sample_candles, trainweek
from tests.runner.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runner.records import Job

STEPS = 8_000  # two rollouts


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    sample_candles(tmp_path)
    yield tmp_path
    stop_all(Home(tmp_path))


def outcome(*words: object, home: Path) -> tuple[int, dict[str, Any], str]:
    """Exit code, the output as JSON, and what was said beside it."""
    done = trainweek(*words, "--json", home=home)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def test_ctrl_c_detaches_wherever_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = Place(tmp_path / "home")
    job = job_of(place.lead.submit(JobKind.PREFLIGHT))

    def read(_: str) -> Job:
        with suppress(KeyboardInterrupt):  # as a callback of the database does
            os.kill(os.getpid(), signal.SIGINT)
        return job

    monkeypatch.setattr(place.lead, "job", read)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    try:
        with pytest.raises(typer.Exit) as ended:
            follow(place.lead, job)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.value.exit_code == 0
    assert f"{job.id} continues" in "".join(capsys.readouterr())
    place.clear()


@pytest.mark.slow
def test_start_and_revalidate_tell_a_script_how_they_ended(home: Path) -> None:
    code, refused, _ = outcome("start", home=home)
    assert code == 2
    assert "No week was created" in refused["error"]["what"]

    code, started, beside = outcome("start", "--yes", "--steps", STEPS, home=home)
    assert code == 0, beside
    assert "Running the pre-flight:" in beside
    assert (started["kind"], started["state"]) == ("train", "SUCCEEDED")
    assert started["result"]["steps"] == STEPS
    assert started["result"]["run"] == started["run"]

    code, again, _ = outcome("start", home=home)
    assert code == 2
    assert "already has its run" in again["error"]["what"]

    code, judged, beside = outcome("revalidate", home=home)
    assert judged["state"] == "SUCCEEDED", beside
    assert len(judged["result"]["gates"]) == 6
    assert code == (0 if judged["result"]["decision"] == "GO" else 1)

    code, broken, beside = outcome("revalidate", "--model-path", "nowhere", home=home)
    assert code == broken["error"]["exit_code"] != 0
    assert "nowhere" in broken["error"]["what"]
    assert "nowhere" in beside


@pytest.mark.slow
def test_a_detached_start_gives_the_job_that_was_requested(home: Path) -> None:
    asked = ("start", "--yes", "--detach", "--steps", 400_000)
    code, requested, beside = outcome(*asked, home=home)
    assert code == 0, beside
    assert requested["result"] is None
    assert requested["state"] not in {"SUCCEEDED", "FAILED"}
    _, shown, _ = outcome("jobs", "show", requested["id"], home=home)
    assert shown["id"] == requested["id"]
