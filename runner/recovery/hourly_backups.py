"""The runner's backups of database and ledger, each in a short process of its own."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import IO, TYPE_CHECKING

from runner.store.kept_backups import backups
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

log = logging.getLogger("trainweek.runner")

_AFTER_START_S = 60.0  # a new runner adopts its jobs first
_TIMEOUT_S = 600.0  # a copy that takes longer is considered hung


class HourlyBackups:
    """Starts the process that makes a backup, and logs its result. Never waits for it.

    A database on a server is not ours to copy: there is none to start.

    :param now: real time.
    :param now_s: monotonic seconds.
    """

    def __init__(self, home: Home, settings: Settings, now: datetime, now_s: float) -> None:
        self.home, self.settings = home, settings
        # A backup from the future was made with a wrong clock and must not delay the next one.
        newest = next((each for each in backups(home) if each.at <= now), None)
        since = (now - newest.at).total_seconds() if newest else float("inf")
        wait = settings.backup_interval_s - since
        self._next = now_s + max(wait, min(_AFTER_START_S, settings.backup_interval_s))
        self._on_server = shared_address(home) is not None
        self._child: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def tick(self, now_s: float) -> None:
        """Start a backup if one is due."""
        if self._child is not None:
            self._check(now_s)
        elif self._on_server:
            return
        elif self.settings.backup_interval_s > 0 and now_s >= self._next:
            self._began, self._next = now_s, now_s + self.settings.backup_interval_s
            self._start()

    def close(self) -> None:
        """Kill a backup in progress; the next one removes its partial folder."""
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _start(self) -> None:
        command = [sys.executable, "-m", "runner.store.backup", "--home", str(self.home.root)]
        try:
            self._child = subprocess.Popen(
                [*command, "--keep-s", str(self.settings.backup_keep_s)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            log.error("No backup was made: %s", error)

    def _check(self, now_s: float) -> None:
        child = self._child
        assert child is not None
        if child.poll() is None:
            if now_s - self._began > _TIMEOUT_S:
                log.error("The backup took longer than %.0f s and was killed.", _TIMEOUT_S)
                self.close()
            return
        self._child = None
        output = _read_all(child.stdout).strip()
        if child.returncode == 0:
            log.info("Backup made: %s", output)
        else:
            log.error("No backup was made (exit code %s): %s", child.returncode, output)


def _read_all(output: IO[bytes] | None) -> str:
    if output is None:
        return ""
    with output:
        return output.read(64 * 1024).decode(errors="replace")
