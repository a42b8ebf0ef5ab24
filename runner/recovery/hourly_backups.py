"""The runner's backups of database and ledger, each in a short process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.recovery.short_process import ShortProcess
from runner.store.kept_backups import backups
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from datetime import datetime

    from core.paths import Home
    from runner.settings import Settings

_AFTER_START_S = 60.0  # a new runner adopts its jobs first
_TIMEOUT_S = 600.0  # a copy that takes longer is considered hung


class HourlyBackups:
    """Starts the process that makes a backup, and logs its result. Never waits for it.

    A database on a server is not ours to copy: there is none to start.

    :param now: real time.
    :param now_s: monotonic seconds.
    """

    def __init__(self, home: Home, settings: Settings, now: datetime, now_s: float) -> None:
        self.settings = settings
        # A backup from the future was made with a wrong clock and must not delay the next one.
        newest = next((each for each in backups(home) if each.at <= now), None)
        since = (now - newest.at).total_seconds() if newest else float("inf")
        wait = settings.backup_interval_s - since
        self._next = now_s + max(wait, min(_AFTER_START_S, settings.backup_interval_s))
        self._on_server = shared_address(home) is not None
        self._process = ShortProcess(
            home, "runner.store.backup", _TIMEOUT_S, "Backup made", "No backup was made"
        )

    def tick(self, now_s: float) -> None:
        """Start a backup if one is due."""
        if self._process.in_progress:
            self._process.check(now_s)
        elif self._on_server:
            return
        elif self.settings.backup_interval_s > 0 and now_s >= self._next:
            self._next = now_s + self.settings.backup_interval_s
            self._process.start(now_s, ["--keep-s", str(self.settings.backup_keep_s)])

    def close(self) -> None:
        """Kill a backup in progress; the next one removes its partial folder."""
        self._process.close()
