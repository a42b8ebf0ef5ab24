"""Identity of a process, and signals that reach only that process.

A pid alone proves nothing, because the kernel reuses it. A process is identified by (boot,
pid, start ticks); the ticks count from the boot, so they don't change with the clock.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runner.processes.procfs import arguments, boot_id, stat_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class ProcessIdentity:
    """One process; a later process with the same pid has another identity."""

    boot: str
    pid: int
    ticks: int

    def as_dict(self) -> dict[str, Any]:
        """As it is stored in identity.json and runner.json."""
        return {"boot_id": self.boot, "pid": self.pid, "start_ticks": self.ticks}

    @classmethod
    def from_dict(cls, stored: Any) -> ProcessIdentity | None:
        """None if ``stored`` is not an identity."""
        try:
            return cls(str(stored["boot_id"]), int(stored["pid"]), int(stored["start_ticks"]))
        except (KeyError, TypeError, ValueError):
            return None


def identify(pid: int) -> ProcessIdentity | None:
    """The identity of a live process; None if there is none. A zombie is dead."""
    fields = stat_fields(pid)
    if fields is None or fields[0] in "ZX":
        return None
    return ProcessIdentity(boot_id(), pid, int(fields[19]))


def is_alive(process: ProcessIdentity | None) -> bool:
    """Whether exactly this process is running."""
    return process is not None and identify(process.pid) == process


def age_s(process: ProcessIdentity) -> float:
    """The age of a process of this boot, independent of the machine's clock."""
    return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - process.ticks / TICKS_PER_SECOND)


def command_line(process: ProcessIdentity) -> list[str]:
    """The command line of a process; empty if it has ended."""
    return arguments(process.pid)


def send_signal(process: ProcessIdentity, number: signal.Signals) -> bool:
    """Signal exactly this process; False if it has ended.

    The pidfd is opened before the identity is checked: it keeps referring to the checked
    process, even if the kernel reuses the pid afterwards.
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


def kill_all(processes: Iterable[ProcessIdentity]) -> int:
    """SIGKILL each; returns how many were still alive."""
    return sum(send_signal(process, signal.SIGKILL) for process in processes)
