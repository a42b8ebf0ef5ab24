"""Starts the senders of the channels for which something is due; never waits for one."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from core.paths import CHECKOUT
from runner.alerts.alert_store import AlertStore

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.alerts_file import AlertsFile
    from core.paths import Home
    from runner.reported_problems import ReportedProblems


class Delivery:
    """The senders of one runner; those of an earlier one end by themselves."""

    def __init__(self, home: Home, problems: ReportedProblems) -> None:
        self.home, self.store = home, AlertStore(home)
        self._problems = problems
        self._senders: dict[str, subprocess.Popen[bytes]] = {}
        self._names: list[str] | None = None

    def tick(self, file: AlertsFile, now: datetime) -> None:
        """Start a sender for each channel that has something due and none at work.

        :raises SetupError: the database can't be used.
        """
        for name, sender in list(self._senders.items()):
            if sender.poll() is not None:
                del self._senders[name]
                self._report(name, sender)
        names = [channel.name for channel in file.channels]
        if names != self._names:
            self.store.drop_channels(names)
            self._names = names
        for name in self.store.due_channels(now):
            if name not in self._senders:
                self._start(name)

    def close(self) -> None:
        """Wait for senders that are at work; each ends by its own alarm at the latest."""
        for sender in self._senders.values():
            sender.wait()
        self._senders.clear()

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "runner.alerts.sender", "--home", str(self.home.root)]
        try:
            self._senders[name] = subprocess.Popen(
                [*command, "--channel", name],
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what libraries print may hold the address
                start_new_session=True,  # Ctrl-C of the runner lets it finish
            )
        except OSError as error:
            self._problems.report(f"Alerts to {name}", error.strerror or error)

    def _report(self, name: str, sender: subprocess.Popen[bytes]) -> None:
        if sender.returncode:
            self._problems.report(f"Alerts to {name}", f"the sender ended with {sender.returncode}")
        else:
            self._problems.solved(f"Alerts to {name}")
