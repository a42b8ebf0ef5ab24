"""When the runner backs up database and ledger: in a short process of its own."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import datetime
from typing import IO

from core.paths import Home
from runner.settings import Settings
from runner.store.backup import backups

log = logging.getLogger("trainweek.runner")

_AFTER_START_S = 60.0  # a runner that has just come has better to do
_AT_MOST_S = 600.0  # a copy that takes longer hangs


class HourlyBackups:
    """Starts the process that makes a backup, and looks how it ended. Never waits for it.

    :param now_s: monotonic seconds.
    """

    def __init__(self, home: Home, settings: Settings, now: datetime, now_s: float) -> None:
        self.home, self.settings = home, settings
        # One of the future was made while the clock was wrong; it must not hold up the next.
        newest = next((each for each in backups(home) if each.at <= now), None)
        since = (now - newest.at).total_seconds() if newest else float("inf")
        wait = settings.backup_interval_s - since
        self._next = now_s + max(wait, min(_AFTER_START_S, settings.backup_interval_s))
        self._child: subprocess.Popen[bytes] | None = None
        self._began = 0.0

    def tick(self, now_s: float) -> None:
        """Start one when it is due."""
        if self._child is not None:
            self._look(now_s)
        elif self.settings.backup_interval_s > 0 and now_s >= self._next:
            self._began, self._next = now_s, now_s + self.settings.backup_interval_s
            self._start()

    def close(self) -> None:
        """End with the runner; what is half-made is removed by the next one."""
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
            log.error("No backup: %s", error)

    def _look(self, now_s: float) -> None:
        child = self._child
        assert child is not None
        if child.poll() is None:
            if now_s - self._began > _AT_MOST_S:
                log.error("The backup takes longer than %.0f s and is ended.", _AT_MOST_S)
                self.close()
            return
        self._child = None
        said = _all_of(child.stdout).strip()
        if child.returncode == 0:
            log.info("Backup %s", said)
        else:
            log.error("No backup (exit %s): %s", child.returncode, said)


def _all_of(output: IO[bytes] | None) -> str:
    if output is None:
        return ""
    with output:
        return output.read(64 * 1024).decode(errors="replace")
