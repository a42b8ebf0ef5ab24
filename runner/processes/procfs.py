"""Processes, locks and mounts as /proc lists them. Linux only."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal

PROC = Path("/proc")
MOUNTS = PROC / "self/mountinfo"  # proc_pid_mountinfo(5)
_LOCKS = PROC / "locks"  # proc_locks(5)
_DESCRIBING = ("status", "wchan", "stack", "syscall")


@cache
def boot_id() -> str:
    """The id of this boot of this machine."""
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()


def pids() -> list[int]:
    """The pids of all processes."""
    return [int(name) for name in os.listdir(PROC) if name.isdigit()]  # noqa: PTH208


def stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name: state, parent, ..., start ticks at 19.

    None if there is no such process.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 (read for every process)
            text = file.read()
    except OSError:
        return None
    return text[text.rindex(b")") + 2 :].decode("ascii", "replace").split()


def environment(pid: int) -> list[bytes]:
    """The NAME=value pairs that a process was started with; empty if they can't be read."""
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # ended, or of another user
        return []


def arguments(pid: int) -> list[str]:
    """The command line of a process; empty if it has ended."""
    try:
        raw = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in raw.split(b"\0")]


def is_stopped(pid: int) -> bool:
    """Whether a process is stopped, by a signal or a debugger."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] in "Tt"


def catches(pid: int, number: signal.Signals) -> bool:
    """Whether a process has a handler for a signal."""
    try:
        status = (PROC / str(pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "")
    mask = int(caught.split()[1], 16) if caught else 0
    return bool(mask >> (number - 1) & 1)


def description(pid: int) -> str:
    """Status, kernel stack and system call of a process, also of one that hangs."""
    parts = []
    for name in _DESCRIBING:
        try:
            text = (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            text = f"can't be read: {error.strerror}"
        parts.append(f"== /proc/{pid}/{name}\n{text.rstrip()}\n")
    return "\n".join(parts)


def flock_holder(path: Path) -> int | None:
    """The pid that holds an flock on a file; None if it is not locked.

    :raises OSError: /proc/locks can't be read.
    """
    if not path.exists():
        return None
    found = path.stat()
    wanted = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    for line in _LOCKS.read_text(encoding="ascii").splitlines():
        words = line.split()
        if len(words) >= 6 and words[1] == "FLOCK" and words[5] == wanted:
            return int(words[4])
    return None


def mount_lines() -> list[str]:
    """The lines of this process's mount table; empty if it can't be read."""
    try:
        return MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []


def cpu_name() -> str:
    """The processor's model as the kernel names it; elsewhere the architecture."""
    try:
        lines = (PROC / "cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()
