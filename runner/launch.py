"""Starting a runner in the background, and ending everything in a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from sqlalchemy import select

from core.errors import SetupError
from core.paths import Home
from core.vocabulary import LIVE_STATES
from runner.executor import LocalProcesses
from runner.files import tail
from runner.identity import read_identity
from runner.process import is_alive, kill_all, send
from runner.store import Store, schema

_LOOK_EVERY_S = 0.05


def ensure_runner(home: Home, timeout_s: float = 20.0) -> int:
    """The pid of this home's runner; a detached one is started if none is alive.

    Its output goes to logs/state/runner.log.

    :raises SetupError: it did not come up; the message holds the end of its log.
    """
    runner = read_identity(home)
    if runner is not None and is_alive(runner.process):
        return runner.process.pid
    Store(home)  # says what is wrong with the home here, not in a log
    with home.runner_log.open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "runner.service", "--home", str(home.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=os.environ | {"TRAINWEEK_HOME": str(home.root)},
        )

    def up() -> bool:
        runner = read_identity(home)
        return runner is not None and is_alive(runner.process)

    _wait(lambda: up() or started.poll() is not None, timeout_s)
    if not up():  # somebody else's runner, started at the same moment, is as good as ours
        started.kill()
        raise SetupError(
            "The runner did not come up.",
            f"See {home.runner_log}: {tail(home.runner_log, 3)}",
        )
    runner = read_identity(home)
    assert runner is not None
    return runner.process.pid


def stop_runner(home: Home, timeout_s: float = 10.0) -> bool:
    """End this home's runner; jobs go on. False if none was alive."""
    runner = read_identity(home)
    if runner is None or not is_alive(runner.process):
        return False
    send(runner.process, signal.SIGTERM)
    if not _wait(lambda: not is_alive(runner.process), timeout_s):
        kill_all([runner.process])
        _wait(lambda: not is_alive(runner.process), timeout_s)
    return True


def stop_all(home: Home, grace_s: float = 10.0) -> int:
    """End the runner and every live attempt of a home, and leave nothing.

    For homes that are done with (a demo's): the store is not told, so a later runner
    finds the attempts ended as they were. Returns how many attempts were alive.
    """
    if not home.database.exists():
        return 0
    stop_runner(home)
    attempts, jobs = schema.attempts, schema.jobs
    with Store(home).read() as look:
        found = look.execute(
            select(attempts.c.folder, attempts.c.mark)
            .join(jobs, (attempts.c.job_id == jobs.c.id) & (attempts.c.number == jobs.c.attempt))
            .where(jobs.c.state.in_(LIVE_STATES))
        ).all()
    executor = LocalProcesses()
    live = [(home.root / folder, mark) for folder, mark in found]

    def gone() -> bool:
        return not any(executor.look(folder, mark, search=True).alive for folder, mark in live)

    count = sum(executor.look(folder, mark, search=True).alive for folder, mark in live)
    for folder, mark in live:
        executor.ask_to_end(folder, mark)
    if not _wait(gone, grace_s):
        for folder, mark in live:
            executor.end(folder, mark)
        _wait(gone, grace_s)
    for folder, mark in live:
        executor.end(folder, mark)  # what outlived its program
    return count


def _wait(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
