"""Restart of runner and dashboard after they died, for ``trainweek up``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Protocol

from core.errors import SetupError, TrainweekError
from core.language import Message
from core.paths import CHECKOUT, Home
from runner.home.launch import ensure_runner
from runner.home.runner_identity import RunnerIdentity, read_identity
from runner.processes.identity import is_alive

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from runner.settings import Settings

_TRIES = 3  # failed starts before the first success; then the error is shown


def dashboard_command(port: int) -> list[str]:
    """The command that serves the pages on this machine; run it in the checkout.

    Streamlit reads .streamlit/ from the working directory, and ours is in the checkout.
    """
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(CHECKOUT / "dashboard" / "app.py"),
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
    ]


class Part(Protocol):
    """A process that is kept alive."""

    name: str

    def start(self) -> str:
        """Start it; returns its address.

        :raises TrainweekError: it can't be started now.
        """

    def ended(self) -> str | None:
        """How it ended; None while it is alive."""


class RunnerPart:
    """The runner of a data directory, whoever started it."""

    name = "Runner"

    def __init__(self, home: Home) -> None:
        self.home = home
        self._runner: RunnerIdentity | None = None

    def start(self) -> str:
        """Start a runner, or use one that is alive; returns its pid and data directory."""
        pid = ensure_runner(self.home)
        self._runner = read_identity(self.home)
        return f"pid {pid}, data directory {self.home.root}"

    def ended(self) -> str | None:
        """That the runner's process is gone; None while it is alive."""
        if self._runner is not None and is_alive(self._runner.process):
            return None
        pid = self._runner.process.pid if self._runner else "?"
        return f"pid {pid} is gone (see {self.home.relative(self.home.runner_log)})"


class DashboardPart:
    """The dashboard, a child process.

    :param spawn: starts the process.
    """

    name = "Dashboard"

    def __init__(self, port: int, spawn: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.port, self._spawn = port, spawn
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the child process; returns its URL."""
        self.process = self._spawn()
        return f"http://localhost:{self.port}"

    def ended(self) -> str | None:
        """Its exit code or signal; None while it is alive."""
        code = self.process.poll() if self.process else None
        if self.process is not None and code is None:
            return None
        if code is not None and code < 0:
            return f"killed by signal {-code} ({signal.Signals(-code).name})"
        return f"exit code {code}"


class Keeper:
    """Restarts one part, with a backoff.

    :param show: gets one line of text for each event.
    """

    def __init__(self, part: Part, settings: Settings, show: Callable[[str], None]) -> None:
        self.part, self.settings, self.show = part, settings, show
        self._failures = 0  # in a row
        self._was_healthy = False
        self._began = 0.0
        self._next: float | None = None  # when to restart it; None while it is alive

    def begin(self, now_s: float) -> None:
        """Start it the first time.

        :raises TrainweekError: it can't be started.
        """
        self.show(f"{self.part.name}: {self.part.start()}")
        self._began = now_s

    def tick(self, now_s: float) -> None:
        """Restart it if it has ended and its wait is over. Never waits itself.

        :raises SetupError: it did not come up in three starts.
        """
        if self._next is not None:
            if now_s >= self._next:
                self._again(now_s)
            return
        reason = self.part.ended()
        healthy = now_s - self._began >= self.settings.keep_healthy_s
        if reason is None:
            self._was_healthy |= healthy
            return
        self._failed(f"{self.part.name}: {reason}", 0 if healthy else self._failures, now_s)

    def _again(self, now_s: float) -> None:
        try:
            where = self.part.start()
        except TrainweekError as error:
            self._failed(f"{self.part.name}: {error}", self._failures, now_s)
            return
        self._began, self._next = now_s, None
        self.show(f"{self.part.name} restarted: {where}")

    def _failed(self, why: str, before: int, now_s: float) -> None:
        self._failures = before + 1
        if self._failures >= _TRIES and not self._was_healthy:
            raise SetupError(
                Message("{problem}; it never came up.", problem=why),
                Message("See the output above, or its log."),
            )
        first, cap = self.settings.keep_backoff_s, self.settings.keep_backoff_cap_s
        wait = min(first * 2**before, cap)
        self._next = now_s + wait
        self.show(f"{why}. Restart in {wait:g} s.")
