"""Faults of runners among themselves, and of the home's beginning and end."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing

import psutil
import pytest

from core.errors import ConflictError
from core.vocabulary import JobKind, JobState
from runner.home.launch import ensure_runner, stop_all, stop_runner
from runner.home.runner_identity import runner_status
from runner.outcomes import AlreadyRunning, Submitted
from runner.store.fenced_store import StaleRunner
from tests.expected import present
from tests.faults.matrix import fault
from tests.runner.place import Place, child_environment, wait_for

Seen = Callable[[object], None]


def pause_between_transactions(place: Place, pid: int) -> None:
    """SIGSTOP while it holds no lock of the database: in a transaction it would keep out everybody."""

    def paused() -> bool:
        os.kill(pid, signal.SIGSTOP)
        with closing(sqlite3.connect(place.home.database, timeout=0)) as database:
            try:
                database.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                return False
            return True

    wait_for(paused)


@fault(15, injected="a second runner is started", expected="refused; names host, pid, since")
def test_a_second_runner_is_refused_and_told_who_is_there(place: Place, seen: Seen) -> None:
    first = place.runner()
    second = subprocess.run(
        [sys.executable, "-m", "runner.service", "--home", str(place.home.root)],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 2
    assert f"pid {first.pid}" in second.stderr
    assert "since" in second.stderr
    assert os.uname().nodename in second.stderr
    assert first.poll() is None
    with pytest.raises(ConflictError, match=f"pid {first.pid}"):
        place.service()
    seen(second.stderr.splitlines()[0])


@fault(
    16,
    injected="SIGSTOP of the runner, takeover, SIGCONT",
    expected="the old one writes nothing and ends",
)
def test_a_paused_runner_that_wakes_up_writes_nothing_and_ends(place: Place, seen: Seen) -> None:
    old = place.runner()
    job = place.submit(do="sleep")
    wait_for(place.in_state(job, JobState.RUNNING))
    pause_between_transactions(place, old.pid)
    service = place.service(take_over=True)
    place.until(service, job, JobState.RUNNING)
    lines = place.home.ledger.read_text().count("\n")
    os.kill(old.pid, signal.SIGCONT)
    assert old.wait(timeout=60) == 0
    assert place.home.ledger.read_text().count("\n") == lines
    place.lead.stop(job.id)
    assert place.until(service, job).state is JobState.STOPPED
    assert len(place.starts()) == 1
    seen("it ended with code 0, no line was added to the ledger, 1 start")


@fault(16, injected="a stale runner sees a waiting job", expected="no row is written")
def test_a_stale_epoch_writes_no_row(place: Place, seen: Seen) -> None:
    stale = place.service()
    place.service(take_over=True)
    job = place.submit()
    before = place.home.ledger.read_bytes()
    with pytest.raises(StaleRunner):
        stale.tick(place.lead.now())
    assert place.home.ledger.read_bytes() == before
    assert place.job(job).state is JobState.QUEUED
    assert place.starts() == []
    seen("StaleRunner; the ledger is the same to the byte")


@fault(
    16,
    injected="SIGSTOP of the runner between the commit of STARTING and the spawn, takeover, SIGCONT",
    expected="started by the new runner alone",
)
@pytest.mark.parametrize("fenced", [True, False])
def test_a_start_that_was_paused_is_not_made_twice(place: Place, seen: Seen, fenced: bool) -> None:
    job = place.submit(do="sleep")
    where = "before_spawn" if fenced else "before_shim"
    old = subprocess.Popen(
        [sys.executable, "-m", "runner.service", "--home", str(place.home.root)],
        env=child_environment(TRAINWEEK_FAIL=f"{where}:stop"),
        stderr=subprocess.DEVNULL,
    )
    place.runners.append(old)
    wait_for(lambda: psutil.Process(old.pid).status() == psutil.STATUS_STOPPED)
    assert place.job(job).state is JobState.STARTING
    service = place.service(take_over=True, start_timeout_s=10.0)
    place.until(service, job, JobState.RUNNING)
    os.kill(old.pid, signal.SIGCONT)
    assert old.wait(timeout=60) == 0
    service.tick(service.now())
    assert place.job(job).state is JobState.RUNNING
    assert len(place.starts()) == 1
    seen(f"paused {where.replace('_', ' ')}: 1 start; the old runner ended")


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
    spans = sorted(
        (present(j.started_at), present(j.ended_at)) for j in place.lead.jobs(JobKind.REVALIDATE)
    )
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))


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
    assert psutil.pid_exists(place.pid(job))
    assert f"{job.id} (pid {place.job(job).pid}) continues" in place.home.runner_log.read_text()
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
