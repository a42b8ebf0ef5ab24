"""A program of the runner that works for minutes at most, in a process of its own. Never waited for."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.paths import Home

log = logging.getLogger("trainweek.runner")


class ShortProcess:
    """Starts a module of ours for a data directory, and logs its result.

    :param timeout_s: one that takes longer is considered hung.
    :param done: before the program's output, in the log.
    :param failed: what is logged if it could not be started, or failed.
    """

    def __init__(self, home: Home, module: str, timeout_s: float, done: str, failed: str) -> None:
        self.home, self.module, self.timeout_s = home, module, timeout_s
        self.done, self.failed = done, failed
        self._child: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    @property
    def in_progress(self) -> bool:
        """Whether it was started, and its result not taken yet."""
        return self._child is not None

    def start(self, now_s: float, options: Sequence[str] = ()) -> None:
        """Start it; a failure to do so is logged."""
        self._began = now_s
        command = [sys.executable, "-m", self.module, "--home", str(self.home.root), *options]
        try:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            log.error("%s: %s", self.failed, error)

    def check(self, now_s: float) -> None:
        """Take the result of one that has ended; kill one that hangs."""
        child = self._child
        assert child is not None
        if child.poll() is None:
            if now_s - self._began > self.timeout_s:
                log.error(
                    "%s: it took longer than %.0f s and was killed.", self.failed, self.timeout_s
                )
                self.close()
            return
        self._child = None
        output = _read_all(child.stdout).strip()
        if child.returncode == 0:
            log.info("%s: %s", self.done, output)
        else:
            log.error("%s (exit code %s): %s", self.failed, child.returncode, output)

    def close(self) -> None:
        """Kill one in progress."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None


def _read_all(output: IO[bytes] | None) -> str:
    if output is None:
        return ""
    with output:
        return output.read(64 * 1024).decode(errors="replace")
