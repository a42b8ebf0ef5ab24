"""Start of a runner in the background, and the end of all processes of a data directory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import tail
from core.language import Message
from runner.executors.choice import Executors
from runner.executors.executor import Handle
from runner.home.log_rotation import cap_log
from runner.home.private_files import require_private_files
from runner.home.runner_identity import read_identity, runner_status
from runner.processes.attempt_processes import (
    ATTEMPT_VARIABLE,
    attempt_processes,
    started_attempts,
)
from runner.processes.identity import is_alive, kill_all, send_signal
from runner.settings import Settings
from runner.store import open_store
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home
    from runner.processes.identity import ProcessIdentity

_POLL_S = 0.05
_DEATH_TIMEOUT_S = 10.0


def ensure_runner(
    home: Home, timeout_s: float = 20.0, started: Callable[[int], None] | None = None
) -> int:
    """The pid of the data directory's runner; starts a detached one if none is alive.

    Its output goes to logs/state/runner.log.

    :param started: called with the pid of a runner that this call has started.
    :raises SetupError: it did not come up; the message holds the end of its log. Or others may
        read a secret or a key.
    """
    runner = read_identity(home)
    if runner is not None and is_alive(runner.process):
        return runner.process.pid
    if shared_address(home) is not None:  # it may live on another machine
        status = runner_status(home, datetime.now(UTC))
        if status.alive and status.pid is not None and status.host != socket.gethostname():
            return status.pid
    require_private_files(home)
    open_store(home).require_sound()  # reports a problem here, not in a log
    cap_log(home.runner_log, Settings.read(home))  # of runners that ended before they could
    with home.runner_log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "runner.service", "--home", str(home.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_environment() | {"TRAINWEEK_HOME": str(home.root)},
        )

    def up() -> bool:
        runner = read_identity(home)
        return runner is not None and is_alive(runner.process)

    _wait(lambda: up() or process.poll() is not None, timeout_s)
    if not up():  # another process may have started a runner at the same time
        process.kill()
        raise SetupError(
            Message("The runner did not start."),
            Message("See {file}: {end}", file=str(home.runner_log), end=tail(home.runner_log, 3)),
        )
    runner = read_identity(home)
    assert runner is not None
    if started is not None and runner.process.pid == process.pid:
        started(process.pid)
    return runner.process.pid


def stop_runner(home: Home, timeout_s: float = 10.0) -> bool:
    """Stop the data directory's runner; jobs continue. False if none was alive."""
    runner = read_identity(home)
    if runner is None or not is_alive(runner.process):
        return False
    end_process(runner.process, timeout_s)
    return True


def end_process(process: ProcessIdentity, timeout_s: float) -> None:
    """SIGTERM, and SIGKILL after the timeout; waits for its end."""
    send_signal(process, signal.SIGTERM)
    if not _wait(lambda: not is_alive(process), timeout_s):
        kill_all([process])
        _wait(lambda: not is_alive(process), timeout_s)


def stop_all(home: Home, grace_s: float = 10.0) -> int:
    """Stop the runner and every live attempt of a data directory, and leave no process.

    For directories that are no longer needed (a demo's). It reads only files, so it works
    with a damaged store; a later runner finds the attempts as they ended.

    :returns: how many attempts were alive.
    """
    stop_runner(home)
    executor = Executors(Settings.read(home))
    started = {each: Handle(each, folder) for each, folder in started_attempts(home).items()}

    def alive() -> list[Handle]:
        return [handle for handle in started.values() if executor.look(handle, search=True).alive]

    def gone() -> bool:
        left = {attempt_id for _, attempt_id in attempt_processes() if attempt_id in started}
        for attempt_id in left:
            executor.wake(started[attempt_id])  # a stopped shim ends now
        return not left

    live = alive()
    for handle in live:
        executor.ask_to_end(handle)
    if not _wait(lambda: not alive(), grace_s):
        for handle in alive():
            executor.end(handle)
        _wait(lambda: not alive(), grace_s)
    for handle in started.values():
        executor.end(handle)  # processes that outlived their program
    _wait(gone, _DEATH_TIMEOUT_S)  # killed processes, and shims that still save, need a moment
    return len(live)


def _environment() -> dict[str, str]:
    """A runner that is started from inside an attempt must not be killed with it."""
    return {name: value for name, value in os.environ.items() if name != ATTEMPT_VARIABLE}


def _wait(condition: Callable[[], bool], timeout_s: float) -> bool:
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_S)
    return True
