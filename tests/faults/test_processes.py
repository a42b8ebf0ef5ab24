"""Faults of processes: real runners, shims and programs, really killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import psutil
import pytest

from core.errors import ConflictError
from core.vocabulary import JobKind, JobState
from runner.fence import StaleRunner
from runner.identity import runner_status
from runner.launch import ensure_runner, stop_all, stop_runner
from runner.ledger import verify
from runner.outcomes import AlreadyRunning, Submitted
from tests.runner.place import Place, child_environment, wait_for

# Fault numbers are those of the matrix in the reliability reference.


@pytest.fixture(autouse=True)
def nothing_is_lost(place: Place):
    """After every fault: database whole, ledger in step, no stray process."""
    yield
    place.clear()
    assert not place.strays()
    with closing(sqlite3.connect(place.home.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert verify(place.home).ok, verify(place.home).text()


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def test_a_job_lives_on_without_its_runner_and_is_adopted(place: Place) -> None:  # 1
    first = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    pid = place.job(job).pid
    killed(first)
    assert psutil.pid_exists(pid)
    place.runner()
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))
    assert place.job(job).pid == pid
    assert len(place.starts()) == 1


def test_a_start_that_never_happened_is_made_once_more(place: Place) -> None:  # 2
    job = place.submit()
    service = place.service()

    def die(*_: object) -> None:
        raise KeyboardInterrupt  # the runner dies between its commit and the start

    service.supervisor.executor.start = die  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        service.tick(place.lead.now())
    assert place.job(job).state is JobState.STARTING
    service.close()
    place.home.runner_identity.unlink()
    place.runner()
    wait_for(place.in_state(job, JobState.SUCCEEDED))
    assert place.job(job).attempt == 1  # the start that never was does not count
    assert len(place.starts()) == 1


def test_a_start_whose_pid_was_never_committed_is_adopted(place: Place) -> None:  # 3
    job = place.submit(do="sleep")
    service = place.service()
    service.tick(place.lead.now())  # started; dies before it looks again
    assert place.job(job).state is JobState.STARTING
    service.close()
    place.home.runner_identity.unlink()
    place.runner()
    wait_for(place.in_state(job, JobState.RUNNING))
    assert len(place.starts()) == 1


def test_an_exit_code_is_kept_while_no_runner_is_there(place: Place) -> None:  # 4
    first = place.runner()
    job = place.submit(do="exit", code=7, seconds=0.5)
    wait_for(place.in_state(job, JobState.RUNNING))
    killed(first)
    wait_for((place.folder(job) / "exit.json").exists)
    time.sleep(0.3)
    place.runner()
    wait_for(place.in_state(job, JobState.FAILED))
    ended = place.job(job)
    assert ended.exit_code == 7
    # The end is the program's own moment, not that of the runner's return.
    stored = json.loads((place.folder(job) / "exit.json").read_text())
    assert ended.ended_at.timestamp() == pytest.approx(stored["ended_at"], abs=1e-5)


@pytest.mark.parametrize("do", ["complete", "no_result"])
def test_a_program_without_its_shim_is_followed_to_its_end(place: Place, do: str) -> None:  # 5
    place.runner()
    job = place.submit(do=do, seconds=0.7)
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(place.shim(job), signal.SIGKILL)
    time.sleep(0.3)
    assert place.job(job).state is JobState.RUNNING
    # Nobody saw an exit code: only a complete result proves how it ended.
    expected = JobState.SUCCEEDED if do == "complete" else JobState.LOST
    wait_for(place.in_state(job, expected))
    assert place.job(job).exit_code is None
    assert "shim" in place.job(job).reason


def test_a_shim_that_dies_before_it_wrote_its_child_loses_nobody(place: Place) -> None:  # 5
    first = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    killed(first)
    path = place.folder(job) / "identity.json"
    stored = json.loads(path.read_text())
    os.kill(stored["shim"]["pid"], signal.SIGKILL)
    path.write_text(json.dumps(stored | {"child": None}))
    place.runner()
    time.sleep(0.3)
    assert place.job(job).state is JobState.RUNNING
    place.lead.stop(job.id)
    wait_for(place.in_state(job, JobState.STOPPED))


def test_a_program_and_shim_that_vanish_are_lost_within_seconds(place: Place) -> None:  # 6
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    shim = place.shim(job)
    os.kill(shim, signal.SIGSTOP)  # it must not see its child die
    os.kill(place.job(job).pid, signal.SIGKILL)
    os.kill(shim, signal.SIGKILL)
    wait_for(place.in_state(job, JobState.LOST), seconds=10)
    assert "vanished" in place.job(job).reason


def test_a_killed_program_is_told_by_its_signal(place: Place) -> None:  # 7
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(place.job(job).pid, signal.SIGKILL)
    wait_for(place.in_state(job, JobState.FAILED))
    assert "signal 9 (SIGKILL)" in place.job(job).reason
    assert "memory" not in place.job(job).reason


def test_a_shim_leaves_signals_to_its_child_and_survives_them(place: Place) -> None:
    place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        os.kill(place.shim(job), number)
    time.sleep(0.2)
    os.kill(place.job(job).pid, signal.SIGTERM)  # the child does not ignore what the shim does
    wait_for(place.in_state(job, JobState.STOPPED))
    assert place.job(job).exit_code == 3
    assert "outside trainweek" in place.job(job).reason


def test_a_second_runner_is_refused_and_told_who_is_there(place: Place) -> None:  # 15
    first = place.runner()
    second = subprocess.run(
        [sys.executable, "-m", "runner.service", "--home", str(place.home.root)],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 2
    assert f"pid {first.pid}" in second.stderr and "since" in second.stderr
    assert os.uname().nodename in second.stderr
    assert first.poll() is None
    with pytest.raises(ConflictError, match=f"pid {first.pid}"):
        place.service()


def test_a_paused_runner_that_wakes_up_writes_nothing_and_ends(place: Place) -> None:  # 16
    old = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    os.kill(old.pid, signal.SIGSTOP)
    service = place.service(take_over=True)
    place.until(service, job, JobState.RUNNING)
    lines = place.home.ledger.read_text().count("\n")
    os.kill(old.pid, signal.SIGCONT)
    assert old.wait(timeout=10) == 0
    assert place.home.ledger.read_text().count("\n") == lines
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    assert len(place.starts()) == 1


def test_a_stale_epoch_writes_no_row(place: Place) -> None:  # 16
    stale = place.service()
    place.service(take_over=True)
    job = place.submit()
    before = place.home.ledger.read_bytes()
    with pytest.raises(StaleRunner):
        stale.tick(place.lead.now())
    assert place.home.ledger.read_bytes() == before
    assert place.job(job).state is JobState.QUEUED
    assert place.starts() == []


def test_a_foreign_process_is_never_adopted_or_signalled(place: Place) -> None:  # 20
    victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        first = place.runner()
        job = place.submit(do="sleep")
        wait_for(place.in_state(job, JobState.RUNNING))
        killed(first)
        path = place.folder(job) / "identity.json"
        stored = json.loads(path.read_text())
        os.kill(stored["shim"]["pid"], signal.SIGKILL)
        os.kill(stored["child"]["pid"], signal.SIGKILL)
        stored["child"]["pid"] = victim.pid  # the number was given again
        path.write_text(json.dumps(stored))
        place.runner()
        wait_for(place.in_state(job, JobState.LOST, JobState.FAILED))
        assert victim.poll() is None
    finally:
        killed(victim)


def test_a_heartbeat_is_no_condition_of_being_seen(place: Place) -> None:  # 23
    place.runner()
    job = place.submit(do="complete", seconds=0.5)
    wait_for(place.in_state(job, JobState.RUNNING))
    (place.folder(job) / "heartbeat").unlink(missing_ok=True)
    wait_for(place.in_state(job, JobState.SUCCEEDED))


_CLICKERS = """
import sys, threading
from pathlib import Path
from core.paths import Home
from core.people import Person
from core.vocabulary import Role
from runner.client import Client
outcomes = []
def click(number):
    client = Client(Home(Path(sys.argv[1])), Person(f"{sys.argv[2]}.{number}", Role.LEAD))
    outcomes.append(type(client.submit("revalidate", {})).__name__)
threads = [threading.Thread(target=click, args=(n,)) for n in range(25)]
[t.start() for t in threads]; [t.join() for t in threads]
print(*outcomes)
"""


def test_fifty_clicks_from_two_processes_make_one_job(place: Place) -> None:  # 57
    place.runner()
    clickers = [
        subprocess.Popen(
            [sys.executable, "-c", _CLICKERS, str(place.home.root), name],
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    said = " ".join(process.communicate(timeout=60)[0] for process in clickers).split()
    assert len(said) == 50
    jobs = place.lead.jobs(JobKind.REVALIDATE)
    # A fast job may end while others still click; never do two of them live at once.
    assert said.count(Submitted.__name__) == len(jobs)
    assert said.count(AlreadyRunning.__name__) == 50 - len(jobs)
    wait_for(lambda: place.lead.live_job(JobKind.REVALIDATE) is None)
    spans = sorted((j.started_at, j.ended_at) for j in place.lead.jobs(JobKind.REVALIDATE))
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))


def test_without_a_runner_fifty_clicks_make_exactly_one_job(place: Place) -> None:  # 57
    clicker = [sys.executable, "-c", _CLICKERS, str(place.home.root)]
    both = [subprocess.Popen([*clicker, name], stdout=subprocess.PIPE, text=True) for name in "ab"]
    said = " ".join(process.communicate(timeout=60)[0] for process in both).split()
    assert sorted(set(said)) == ["AlreadyRunning", "Submitted"]
    assert (said.count("Submitted"), len(said)) == (1, 50)


def test_a_runner_in_the_background_comes_up_once_and_goes_clean(place: Place, monkeypatch) -> None:
    for name, value in child_environment().items():
        monkeypatch.setenv(name, value)
    pid = ensure_runner(place.home)
    assert ensure_runner(place.home) == pid
    assert place.lead.runner_status().pid == pid
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    assert stop_runner(place.home)
    assert not runner_status(place.home, place.lead.now()).alive
    assert psutil.pid_exists(place.job(job).pid)
    assert f"{job.id} (pid {place.job(job).pid}) goes on" in place.home.runner_log.read_text()
    assert stop_all(place.home) == 1
    assert not place.strays()


def test_ending_everything_leaves_nothing_that_resists(place: Place) -> None:
    place.runner()
    stubborn = place.submit(JobKind.TRAIN, do="ignore_term")
    escaped = place.submit(JobKind.BACKUP, do="grandchild")
    for job in (stubborn, escaped):
        wait_for(place.in_state(job, JobState.RUNNING))
    wait_for(lambda: len(place.strays()) >= 5)
    assert stop_all(place.home, grace_s=0.5) == 2
    assert not place.strays()
    assert not place.lead.runner_status().alive
