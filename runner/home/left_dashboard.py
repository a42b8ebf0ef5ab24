"""Dashboards of a data directory: who serves them, and those that a killed ``up`` has left.

Each one has a file ``logs/state/dashboard-<port>.json`` with its process and the process
that keeps it. A dashboard whose keeper was killed serves on, without anybody who would
end or restart it.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import ConflictError, SetupError
from core.files import write_json
from core.language import Message
from runner.files import is_place, place_of, read_json
from runner.processes.identity import (
    ProcessIdentity,
    identify,
    is_alive,
    kill_all,
    send_signal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from core.paths import Home

_GRACE_S = 5.0


@dataclass(frozen=True)
class ServedDashboard:
    """A dashboard that is alive."""

    port: int
    process: ProcessIdentity
    keeper: ProcessIdentity
    base_path: str = ""

    @property
    def is_left(self) -> bool:
        """Whether the process that kept it is gone."""
        return not is_alive(self.keeper)


def note_dashboard(home: Home, port: int, pid: int, base_path: str = "") -> None:
    """Record a dashboard that the calling process has started and keeps."""
    process, keeper = identify(pid), identify(os.getpid())
    if process is None or keeper is None:  # it has ended already
        return
    stored = {
        "port": port,
        "base_path": base_path,
        "dashboard": process.as_dict(),
        "keeper": keeper.as_dict(),
    }
    with suppress(SetupError, OSError):  # a data directory that is only read
        home.state.mkdir(parents=True, exist_ok=True)
        write_json(_file(home, port), stored | {"home": place_of(home.root)})


def served_dashboards(home: Home) -> Iterator[ServedDashboard]:
    """The live dashboards of this data directory; a copy of it has none of the original's."""
    for file in sorted(home.state.glob("dashboard-*.json")):
        stored = read_json(file) or {}
        process = ProcessIdentity.from_dict(stored.get("dashboard"))
        keeper = ProcessIdentity.from_dict(stored.get("keeper"))
        if process is None or keeper is None or not is_place(stored.get("home"), home.root):
            continue
        if is_alive(process):
            path = str(stored.get("base_path") or "")
            yield ServedDashboard(int(stored["port"]), process, keeper, path)


def end_left_dashboards(home: Home) -> list[Message]:
    """End dashboards whose keeper was killed; returns a sentence for each."""
    said = []
    for left in served_dashboards(home):
        if not left.is_left:
            continue
        _end(left.process)
        _file(home, left.port).unlink(missing_ok=True)
        said.append(
            Message(
                "Ended the dashboard (pid {pid}) that a killed `trainweek up` had left on port {port}.",
                pid=left.process.pid,
                port=str(left.port),
            )
        )
    return said


def end_dashboards(home: Home) -> None:
    """End all dashboards of a data directory that is no longer needed: a drill's."""
    for served in served_dashboards(home):
        _end(served.process)
        _file(home, served.port).unlink(missing_ok=True)


def require_not_served(home: Home, port: int) -> None:
    """Refuse a port on which this data directory is being served.

    :raises ConflictError: names the process that keeps the dashboard.
    """
    for served in served_dashboards(home):
        if served.port == port and not served.is_left:
            raise ConflictError(
                Message(
                    "This data directory is already served on port {port}, by pid {pid}.",
                    port=str(port),
                    pid=served.keeper.pid,
                ),
                Message("Open http://localhost:{port}, or stop it first.", port=str(port)),
            )


def _file(home: Home, port: int) -> Path:
    return home.state / f"dashboard-{port}.json"


def _end(process: ProcessIdentity) -> None:
    """SIGTERM, a grace period, SIGKILL; returns when it has ended."""
    send_signal(process, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_S
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    kill_all([process])
    while is_alive(process) and time.monotonic() < deadline + _GRACE_S:
        time.sleep(0.05)
