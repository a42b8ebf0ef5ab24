"""Faults of runner, shim and program: real ones, really killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

import psutil
import pytest

from core.vocabulary import JobKind, JobState, Liveness
from runner.outcomes import Refused
from tests.expected import present
from tests.faults.matrix import fault
from tests.faults.promises import killed, vanish
from tests.runner.place import Place, child_environment, wait_for

Seen = Callable[[object], None]


def clocked(condition: Callable[[], object], seconds: float) -> float:
    """How long it took to come true."""
    began = time.monotonic()
    wait_for(condition, seconds)
    return time.monotonic() - began


@fault(1, injected="kill -9 of the runner while a job runs", expected="runs on, adopted, one start")
def test_a_job_lives_on_without_its_runner_and_is_adopted(place: Place, seen: Seen) -> None:
    first = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    pid = place.pid(job)
    killed(first)
    assert psutil.pid_exists(pid)
    place.runner()
    place.lead.stop(job.id)
    took = clocked(place.in_state(job, JobState.STOPPED), seconds=30)
    assert place.job(job).pid == pid
    assert len(place.starts()) == 1
    seen(f"same pid adopted and stopped {took:.1f} s after the new runner came, 1 start")


def dying_runner(place: Place, where: str) -> None:
    """A runner that is killed at a place in its code."""
    dead = subprocess.Popen(
        [sys.executable, "-m", "runner.service", "--home", str(place.home.root)],
        env=child_environment(TRAINWEEK_FAIL=f"{where}:kill"),
        stderr=subprocess.DEVNULL,
    )
    assert dead.wait(timeout=30) == -signal.SIGKILL


@fault(
    2,
    injected="kill -9 of the runner between the commit of STARTING and the spawn",
    expected="queued again once, the attempt is not counted",
)
def test_a_start_that_never_happened_is_made_once_more(place: Place, seen: Seen) -> None:
    job = place.submit()
    dying_runner(place, "before_spawn")
    assert place.job(job).state is JobState.STARTING
    assert place.starts() == []
    place.runner(TRAINWEEK_START_TIMEOUT_S="2")
    wait_for(place.in_state(job, JobState.SUCCEEDED))
    assert place.job(job).attempt == 1  # the start that never was does not count
    assert len(place.starts()) == 1
    seen("SUCCEEDED as attempt 1, 1 start")


@fault(
    3,
    injected="kill -9 of the runner between the spawn and the commit of the pid",
    expected="found by its id and adopted, one start",
)
def test_a_start_whose_pid_was_never_committed_is_adopted(place: Place, seen: Seen) -> None:
    job = place.submit(do="sleep")
    dying_runner(place, "after_spawn")
    assert (place.job(job).state, place.job(job).pid) == (JobState.STARTING, None)
    place.runner()
    took = clocked(place.in_state(job, JobState.RUNNING), seconds=30)
    assert len(place.starts()) == 1
    seen(f"RUNNING {took:.1f} s after the new runner came, 1 start")


@fault(4, injected="the child exits 3 while no runner is there", expected="exit.json gives 3")
def test_an_exit_code_is_kept_while_no_runner_is_there(place: Place, seen: Seen) -> None:
    first = place.runner()
    job = place.submit(do="exit", code=3, wait=True)
    wait_for(place.in_state(job, JobState.RUNNING))
    killed(first)
    place.go(job)
    wait_for((place.folder(job) / "exit.json").exists)
    time.sleep(0.3)
    place.runner()
    wait_for(place.in_state(job, JobState.STOPPED))  # 3: ended after saving, by its own word
    ended = place.job(job)
    assert ended.exit_code == 3
    # The end is the program's own moment, not that of the runner's return.
    stored = json.loads((place.folder(job) / "exit.json").read_text())
    assert present(ended.ended_at).timestamp() == pytest.approx(stored["ended_at"], abs=1e-5)
    seen(f"{ended.state}, exit code {ended.exit_code}, at the program's own moment")


@fault(
    5,
    injected="kill -9 of the shim alone",
    expected="the program is followed; its end is LOST unless its result is complete",
)
@pytest.mark.parametrize("do", ["complete", "no_result"])
def test_a_program_without_its_shim_is_followed_to_its_end(
    place: Place, seen: Seen, do: str
) -> None:
    place.runner()
    job = place.submit(do=do, wait=True)
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(place.shim(job), signal.SIGKILL)
    time.sleep(0.3)
    assert place.job(job).state is JobState.RUNNING
    place.go(job)
    # No exit code is known: only a complete result proves how it ended.
    expected = JobState.SUCCEEDED if do == "complete" else JobState.LOST
    wait_for(place.in_state(job, expected))
    assert place.job(job).exit_code is None
    assert "shim" in place.job(job).reason
    seen(f"{do}: {place.job(job).state}, {place.job(job).reason}")


@fault(
    5,
    injected="kill -9 of the shim alone, then the training diverges and says so in its result",
    expected="FAILED with its incident, not resumed; Start is blocked",
)
def test_a_crash_that_proves_itself_needs_no_shim(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(JobKind.TRAIN, do="diverge", wait=True)
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(place.shim(job), signal.SIGKILL)
    place.go(job)
    wait_for(place.in_state(job, JobState.FAILED, JobState.LOST, JobState.QUEUED))
    assert place.job(job).state is JobState.FAILED
    assert "train/loss is nan" in place.job(job).reason
    (incident,) = place.lead.incidents(place.week.id)
    assert (incident.procedure, incident.blocks_start) == ("crash", True)
    assert isinstance(
        place.lead.submit(JobKind.TRAIN, {"override_reason": "by hand", "resume": True}), Refused
    )
    time.sleep(0.3)  # a resume would be due by now
    assert len(place.starts()) == 1
    seen(f"{place.job(job).state}, {place.job(job).reason}; 1 start")


@fault(
    5,
    injected="the shim can't write exit.json for longer than its grace",
    expected="waited for and said so; then the exit code, no loss, no resume",
)
def test_a_shim_that_cannot_write_the_end_is_waited_for(place: Place, seen: Seen) -> None:
    place.runner(TRAINWEEK_SHIM_GRACE_S="0.5")
    job = place.submit(JobKind.TRAIN, do="fail", wait=True)
    wait_for(place.in_state(job, JobState.RUNNING))
    in_the_way = place.folder(job) / "exit.json.partial"
    in_the_way.mkdir()
    place.go(job)
    wait_for(lambda: "could not be saved yet" in place.job(job).reason)
    said = place.job(job).reason
    time.sleep(1.0)  # twice the grace
    assert (place.job(job).state, place.job(job).attempt) == (JobState.RUNNING, 1)
    in_the_way.rmdir()
    wait_for(place.in_state(job, JobState.FAILED))
    assert (place.job(job).exit_code, len(place.starts())) == (1, 1)
    assert [each.procedure for each in place.lead.incidents(place.week.id)] == ["crash"]
    seen(f"RUNNING: {said} Then {place.job(job).state}: {place.job(job).reason}")


@fault(
    5,
    injected="kill -9 of shim and runner before the child's pid was written",
    expected="found by its id",
)
def test_a_shim_that_dies_before_it_wrote_its_child_loses_nobody(place: Place, seen: Seen) -> None:
    first = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    killed(first)
    path = place.folder(job) / "identity.json"
    stored = json.loads(path.read_text())
    os.kill(stored["shim"]["pid"], signal.SIGKILL)
    path.write_text(json.dumps(stored | {"child": None}))
    place.runner()
    wait_for(lambda: json.loads(path.read_text())["child"] == stored["child"])
    assert place.job(job).state is JobState.RUNNING
    assert present(place.lead.pulse(job.id)).liveness is Liveness.WORKING
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    seen("RUNNING and WORKING, its pid written down, then STOPPED when asked")


@fault(6, injected="kill -9 of shim and program", expected="LOST within 10 s")
def test_a_program_and_shim_that_vanish_are_lost_within_seconds(place: Place, seen: Seen) -> None:
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    vanish(place.shim(job), place.pid(job))
    took = clocked(place.in_state(job, JobState.LOST), seconds=10)
    assert "disappeared" in place.job(job).reason
    seen(f"LOST after {took:.1f} s")


@fault(
    6,
    injected="kill -9 of a training run's shim and program",
    expected="LOST, and resumed by policy; another kind of job is not",
)
def test_a_training_that_vanishes_is_resumed_and_nothing_else_is(place: Place, seen: Seen) -> None:
    place.runner()
    jobs = [place.submit(kind, do="sleep") for kind in (JobKind.TRAIN, JobKind.REVALIDATE)]
    for job in jobs:
        wait_for(place.in_state(job, JobState.RUNNING))
        wait_for(partial(place.lead.progress, job.id))
    vanish(*[pid for job in jobs for pid in (place.shim(job), place.pid(job))])
    training, verdict = jobs
    wait_for(place.in_state(verdict, JobState.LOST))
    wait_for(lambda: place.job(training).attempt == 2)
    wait_for(place.in_state(training, JobState.RUNNING))
    states = [attempt.state for attempt in place.lead.attempts(training.id)]
    assert states == [JobState.LOST, JobState.RUNNING]
    spec = json.loads((place.folder(training) / "spec.json").read_text())
    assert spec["params"]["resume"] is True
    wait_for(lambda: len(place.starts()) == 3)
    assert place.job(verdict).state is JobState.LOST  # a verdict is never retried by itself
    seen("training LOST, attempt 2 RUNNING with resume; revalidation LOST, not repeated")


def test_a_shim_leaves_signals_to_its_child_and_survives_them(place: Place) -> None:
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    wait_for(lambda: place.lead.progress(job.id))  # its handler is set
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        os.kill(place.shim(job), number)
    time.sleep(0.2)
    os.kill(place.pid(job), signal.SIGTERM)  # the child does not ignore what the shim does
    wait_for(place.in_state(job, JobState.STOPPED))
    assert place.job(job).exit_code == 3
    assert "outside trainweek" in place.job(job).reason


def test_a_runner_whose_whole_process_group_is_killed_loses_no_job(place: Place) -> None:
    """What a service manager with KillMode=process, a closed terminal or Ctrl-C do at most."""
    runner = subprocess.Popen(
        [sys.executable, "-m", "runner.service", "--home", str(place.home.root)],
        env=child_environment(),
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    place.runners.append(runner)
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    pid = place.pid(job)
    assert os.getsid(pid) != os.getsid(runner.pid)
    assert os.getpgid(runner.pid) == runner.pid
    os.killpg(runner.pid, signal.SIGKILL)
    runner.wait()
    assert psutil.pid_exists(pid)
    place.runner()
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    assert len(place.starts()) == 1
