"""Starting a runner in the background, and ending everything in a home."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from core.errors import SetupError
from core.files import tail
from core.paths import Home
from runner.home.log_rotation import cap_log
from runner.home.runner_identity import read_identity
from runner.processes.executor import LocalProcesses
from runner.processes.identity import MARK, is_alive, kill_all, marked_processes, send
from runner.processes.started import started_attempts
from runner.settings import Settings
from runner.store import Store

_LOOK_EVERY_S = 0.05
_DYING_S = 10.0


def ensure_runner(
    home: Home, timeout_s: float = 20.0, started: Callable[[int], None] | None = None
) -> int:
    """The pid of this home's runner; a detached one is started if none is alive.

    Its output goes to logs/state/runner.log.

    :param started: told the pid of a runner that this call has started.
    :raises SetupError: it did not come up; the message holds the end of its log.
    """
    runner = read_identity(home)
    if runner is not None and is_alive(runner.process):
        return runner.process.pid
    Store(home).require_sound()  # says what is wrong with the home here, not in a log
    cap_log(home.runner_log, Settings.from_environment())  # of runners that never came so far
    with home.runner_log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "runner.service", "--home", str(home.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_without_mark() | {"TRAINWEEK_HOME": str(home.root)},
        )

    def up() -> bool:
        runner = read_identity(home)
        return runner is not None and is_alive(runner.process)

    _wait(lambda: up() or process.poll() is not None, timeout_s)
    if not up():  # somebody else's runner, started at the same moment, is as good as ours
        process.kill()
        raise SetupError(
            "The runner did not come up.",
            f"See {home.runner_log}: {tail(home.runner_log, 3)}",
        )
    runner = read_identity(home)
    assert runner is not None
    if started is not None and runner.process.pid == process.pid:
        started(process.pid)
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

    For homes that are done with (a demo's). It goes by the files alone, so a damaged
    store is no obstacle; a later runner would find the attempts ended as they were.
    Returns how many attempts were alive.
    """
    stop_runner(home)
    executor = LocalProcesses()
    started = started_attempts(home)

    def alive() -> list[tuple[Path, str]]:
        return [
            (folder, mark)
            for mark, folder in started.items()
            if executor.look(folder, mark, search=True).alive
        ]

    def gone() -> bool:
        left = {mark for _, mark in marked_processes() if mark in started}
        for mark in left:
            executor.wake(started[mark], mark)  # a shim that somebody stopped ends now
        return not left

    live = alive()
    for folder, mark in live:
        executor.ask_to_end(folder, mark)
    if not _wait(lambda: not alive(), grace_s):
        for folder, mark in alive():
            executor.end(folder, mark)
        _wait(lambda: not alive(), grace_s)
    for mark, folder in started.items():
        executor.end(folder, mark)  # what outlived its program
    _wait(gone, _DYING_S)  # who is killed, and a shim behind its last word, take a moment
    return len(live)


def _without_mark() -> dict[str, str]:
    """A runner that is started from inside an attempt must not be swept away with it."""
    return {name: value for name, value in os.environ.items() if name != MARK}


def _wait(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK_EVERY_S)
    return True
