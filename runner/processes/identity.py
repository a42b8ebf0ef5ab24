"""Which process is which, and signals that reach only the one that was meant.

A pid alone proves nothing: it is given again, soon after a reboot surely. A process is
(boot, pid, start ticks); the ticks count from the boot, so no clock change moves them.
Linux only: /proc and pidfds.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

PROC = Path("/proc")
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
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
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 (read for every process)
            text = file.read()
    except OSError:
        return None
    return text[text.rindex(b")") + 2 :].decode("ascii", "replace").split()


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a live process; None if there is none. A zombie is dead."""
    fields = _stat(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return ProcessIdentity(boot_id(), pid, int(fields[19]))


def is_alive(process: ProcessIdentity | None) -> bool:
    """Whether exactly this process still runs."""
    return process is not None and identify(process.pid) == process


def age_s(process: ProcessIdentity) -> float:
    """How long a process of this boot has lived, whatever the machine's clock says."""
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - process.ticks / _TICKS_A_SECOND)


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


@dataclass(frozen=True)
class Entry:
    """A line of the process table."""

    parent: int
    state: str  # R, S, D, T, Z, ...
    ticks: int
    cpu_s: float  # user and system time, with that of its reaped children


def entry_of(process: ProcessIdentity | None) -> Entry | None:
    """The line of exactly this process, a zombie's too; None if it is gone."""
    if process is None or process.boot != boot_id() or (fields := _stat(process.pid)) is None:
        return None
    entry = _entry(fields)
    return entry if entry.ticks == process.ticks else None


def process_table() -> dict[int, Entry]:
    """Every process there is, by pid."""
    return {pid: _entry(fields) for pid in _pids() if (fields := _stat(pid))}


def _entry(fields: list[str]) -> Entry:
    cpu_s = sum(map(int, fields[11:15])) / _TICKS_A_SECOND
    return Entry(int(fields[1]), fields[0], int(fields[19]), cpu_s)


def tree_in(table: dict[int, Entry], root: ProcessIdentity | None) -> dict[int, Entry]:
    """A process and its descendants in a table; empty if it is not in it."""
    if root is None or root.boot != boot_id():
        return {}
    if (entry := table.get(root.pid)) is None or entry.ticks != root.ticks:
        return {}
    children: dict[int, list[int]] = {}
    for pid, each in table.items():
        children.setdefault(each.parent, []).append(pid)
    tree, waiting = {root.pid: entry}, [root.pid]
    while waiting:
        for pid in children.get(waiting.pop(), ()):
            tree[pid] = table[pid]
            waiting.append(pid)
    return tree


def marked_processes() -> Iterator[tuple[ProcessIdentity, str]]:
    """Every live process with a mark in its environment, and that mark."""
    name = f"{MARK}=".encode()
    for pid in _pids():
        if (process := identify(pid)) is None:
            continue
        try:
            environment = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
        except OSError:  # gone, or somebody else's
            continue
        mark = next((each[len(name) :] for each in environment if each.startswith(name)), None)
        # Again: the number may have been given to another one before it was read.
        if mark is not None and identify(pid) == process:
            yield process, mark.decode("utf-8", "replace")


def marked(mark: str) -> list[ProcessIdentity]:
    """Every live process of this attempt, escaped grandchildren too."""
    return [process for process, found in marked_processes() if found == mark]


def descendants(*roots: ProcessIdentity | None) -> list[ProcessIdentity]:
    """Live children of these processes, and theirs."""
    live = [root for root in roots if is_alive(root)]
    if not live:
        return []
    table = process_table()
    pids = {pid for root in live for pid in tree_in(table, root)} - {r.pid for r in live if r}
    return [child for pid in pids if (child := identify(pid)) and child.ticks == table[pid].ticks]


def members(cgroup: str | None, mark: str) -> list[ProcessIdentity]:
    """Live processes of the control group that a shim made for this mark."""
    if cgroup is None or Path(cgroup).name != f"trainweek-{mark}":
        return []
    listed = {pid: identify(pid) for pid in _pids_of(cgroup)}
    # Again: a number may have been given to another one before it was looked at.
    still = set(_pids_of(cgroup)) if listed else set()
    return [
        process
        for pid, process in listed.items()
        if process is not None and pid in still and identify(pid) == process
    ]


def _pids_of(cgroup: str) -> list[int]:
    try:
        return [int(pid) for pid in (Path(cgroup) / "cgroup.procs").read_text().split()]
    except OSError:  # removed, or never made
        return []


def command_line(process: ProcessIdentity) -> list[str]:
    """Its words; none if it is gone."""
    try:
        raw = (PROC / str(process.pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in raw.split(b"\0")]


def kill_all(processes: Iterable[ProcessIdentity]) -> int:
    """SIGKILL each; how many were still there."""
    return sum(send(process, signal.SIGKILL) for process in processes)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208
