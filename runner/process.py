"""Which process is which, and signals that reach only the one that was meant.

A pid alone proves nothing: it is given again, soon after a reboot surely. A process is
(boot, pid, start ticks); the ticks count from the boot, so no clock change moves them.
Linux only: /proc and pidfds.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PROC = Path("/proc")
MARK = "TRAINWEEK_ATTEMPT"  # in the environment of every process of an attempt


@cache
def boot_id() -> str:
    """This boot of this machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


@dataclass(frozen=True)
class ProcessIdentity:
    """One process, for ever: a later process with the same pid is another one."""

    boot: str
    pid: int
    ticks: int

    def as_dict(self) -> dict[str, Any]:
        return {"boot_id": self.boot, "pid": self.pid, "start_ticks": self.ticks}

    @classmethod
    def from_dict(cls, stored: Any) -> ProcessIdentity | None:
        """None if what was stored is no identity."""
        try:
            return cls(str(stored["boot_id"]), int(stored["pid"]), int(stored["start_ticks"]))
        except (KeyError, TypeError, ValueError):
            return None


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the name: state, ppid, ..., start ticks at 19."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a live process; None if there is none. A zombie is dead."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return ProcessIdentity(boot_id(), pid, int(fields[19]))


def is_alive(process: ProcessIdentity | None) -> bool:
    """Whether exactly this process still runs."""
    return process is not None and identify(process.pid) == process


def send(process: ProcessIdentity, number: signal.Signals) -> bool:
    """Signal exactly this process; False if it is gone.

    The pidfd is opened first and the identity checked behind it: whatever the pid
    becomes afterwards, the descriptor still means the process that was checked.
    """
    try:
        descriptor = os.pidfd_open(process.pid)
    except (ProcessLookupError, ValueError):
        return False
    try:
        if not is_alive(process):
            return False
        signal.pidfd_send_signal(descriptor, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)


def marked(mark: str) -> list[ProcessIdentity]:
    """Every live process with this mark in its environment, escaped grandchildren too."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for pid in _pids():
        try:
            environment = (PROC / str(pid) / "environ").read_bytes()
        except OSError:  # gone, or somebody else's
            continue
        if wanted in environment.split(b"\0") and (process := identify(pid)):
            found.append(process)
    return found


def descendants(process: ProcessIdentity) -> list[ProcessIdentity]:
    """Live children of a process, and theirs."""
    children: dict[int, list[int]] = {}
    for pid in _pids():
        if fields := _stat(pid):
            children.setdefault(int(fields[1]), []).append(pid)
    if not is_alive(process):
        return []
    found, waiting = [], [process.pid]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            waiting.append(pid)
            if child := identify(pid):
                found.append(child)
    return found


def kill_all(processes: Iterable[ProcessIdentity]) -> int:
    """SIGKILL each; how many were still there."""
    return sum(send(process, signal.SIGKILL) for process in processes)


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
