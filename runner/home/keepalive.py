"""Restart of runner and dashboard after they died, for ``trainweek up``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING, Protocol

from core.errors import SetupError, TrainweekError
from core.language import Message, joined, literal
from core.listening import Listening
from runner.home.launch import ensure_runner
from runner.home.runner_identity import RunnerIdentity, read_identity
from runner.processes.identity import is_alive

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from core.paths import Home
    from runner.settings import Settings

_TRIES = 3  # failed starts before the first success; then the error is shown


def dashboard_command(at: Listening) -> list[str]:
    """The command that serves the pages; run it in the checkout.

    Streamlit reads .streamlit/ from the working directory, and ours is in the checkout.
    """
    here = Listening(at.port)
    more = {"--address": at.address, "--base-path": at.base_path}
    usual = {"--address": here.address, "--base-path": here.base_path}
    return [
        *(sys.executable, "-m", "dashboard.server", f"--port={at.port}"),
        *(f"{name}={value}" for name, value in more.items() if value != usual[name]),
    ]


class KeptProcess(Protocol):
    """A process that is kept alive."""

    name: Message

    def start(self) -> Message:
        """Start it; returns its address.

        :raises TrainweekError: it can't be started now.
        """

    def ended(self) -> Message | None:
        """How it ended; None while it is alive."""


class RunnerPart:
    """The runner of a data directory, whoever started it."""

    name = Message("Runner")

    def __init__(self, home: Home) -> None:
        self.home = home
        self._runner: RunnerIdentity | None = None

    def start(self) -> Message:
        """Start a runner, or use one that is alive; returns its pid and data directory."""
        pid = ensure_runner(self.home)
        self._runner = read_identity(self.home)
        return Message("pid {pid}, data directory {folder}", pid=pid, folder=str(self.home.root))

    def ended(self) -> Message | None:
        """That the runner's process is gone; None while it is alive."""
        if self._runner is not None and is_alive(self._runner.process):
            return None
        pid = self._runner.process.pid if self._runner else "?"
        log = self.home.relative(self.home.runner_log)
        return Message("pid {pid} is gone (see {log})", pid=pid, log=log)


class DashboardPart:
    """The dashboard, a child process.

    :param address: makes the address that opens it.
    :param spawn: starts the process.
    :param ready: returns once it answers: an address that is opened sooner fails.
    """

    name = Message("Dashboard")

    def __init__(
        self,
        address: Callable[[], str],
        spawn: Callable[[], subprocess.Popen[bytes]],
        ready: Callable[[subprocess.Popen[bytes]], object] = lambda process: None,
    ) -> None:
        self._address, self._spawn, self._ready = address, spawn, ready
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Message:
        """Start the child process; returns its URL."""
        address = self._address()
        self.process = self._spawn()
        self._ready(self.process)
        return literal(address)

    def ended(self) -> Message | None:
        """Its exit code or signal; None while it is alive."""
        code = self.process.poll() if self.process else None
        if self.process is not None and code is None:
            return None
        if code is not None and code < 0:
            return Message(
                "killed by signal {number} ({name})",
                number=-code,
                name=signal.Signals(-code).name,
            )
        return Message("exit code {code}", code=code)


class Keeper:
    """Restarts one part, with a backoff.

    :param show: gets one line of text for each event.
    """

    def __init__(
        self, part: KeptProcess, settings: Settings, show: Callable[[Message], None]
    ) -> None:
        self.part, self.settings, self.show = part, settings, show
        self._failures = 0  # in a row
        self._was_healthy = False
        self._began = 0.0
        self._next: float | None = None  # when to restart it; None while it is alive

    def begin(self, now_s: float) -> None:
        """Start it the first time.

        :raises TrainweekError: it can't be started.
        """
        self.show(self._of_part(self.part.start()))
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
        self._failed(self._of_part(reason), 0 if healthy else self._failures, now_s)

    def _again(self, now_s: float) -> None:
        try:
            where = self.part.start()
        except TrainweekError as error:
            what = joined([error.what, error.remedy]) if error.remedy else literal(error.what)
            self._failed(self._of_part(what), self._failures, now_s)
            return
        self._began, self._next = now_s, None
        self.show(Message("{part} restarted: {where}", part=self.part.name, where=where))

    def _of_part(self, what: Message) -> Message:
        return Message("{part}: {what}", part=self.part.name, what=what)

    def _failed(self, why: Message, before: int, now_s: float) -> None:
        self._failures = before + 1
        if self._failures >= _TRIES and not self._was_healthy:
            raise SetupError(
                Message("{problem}; it never came up.", problem=why),
                Message("See the output above, or its log."),
            )
        first, cap = self.settings.keep_backoff_s, self.settings.keep_backoff_cap_s
        wait = min(first * 2**before, cap)
        self._next = now_s + wait
        self.show(Message("{problem}. Restart in {wait:g} s.", problem=why, wait=wait))
