"""What an attempt was doing when it stood still, kept before anybody ends it.

``stall-001/`` in the attempt's folder: why.txt, stacks.txt, one file a process from
/proc, and the end of the output. Complete or absent.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.files import tail
from runner.processes.identity import PROC, Entry, ProcessIdentity, identify, send

STACKS = "stacks.txt"  # our programs' faulthandler writes there (runner/jobs/attempt.py)
DUMP_SIGNAL = signal.SIGUSR2
LINES = 100
_FROM_PROC = ("status", "wchan", "stack", "syscall")
_PATIENCE_S = 3.0
_PY_SPY_S = 20.0


def save_stall(
    folder: Path,
    number: int,
    why: Iterable[str],
    program: ProcessIdentity | None,
    tree: Mapping[int, Entry],
    logs: Mapping[str, Path],
) -> Path:
    """Write ``stall-NNN``; returns it. Takes a few seconds where a dump is slow.

    :param tree: the program and its descendants.
    :param logs: the ends of these files are kept, under these names.
    :raises OSError: it can't be written.
    """
    target = folder / f"stall-{number:03d}"
    partial = folder / f".stall-{number:03d}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    said = list(why)
    for pid in sorted(tree):
        (partial / f"process-{pid}.txt").write_text(_of_process(pid), encoding="utf-8")
    stacks, how = _stacks(folder, program)
    if stacks:
        (partial / STACKS).write_text(stacks, encoding="utf-8")
    said.append(how)
    for name, path in logs.items():
        (partial / name).write_text(tail(path, LINES) + "\n", encoding="utf-8")
    (partial / "why.txt").write_text("\n".join(said) + "\n", encoding="utf-8")
    partial.rename(target)
    return target


def _of_process(pid: int) -> str:
    """What the kernel says of it: also of one that can say nothing itself."""
    parts = []
    for name in _FROM_PROC:
        try:
            text = (PROC / str(pid) / name).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            text = f"can't be read: {error.strerror}"
        parts.append(f"== /proc/{pid}/{name}\n{text.rstrip()}\n")
    return "\n".join(parts)


def _stacks(folder: Path, program: ProcessIdentity | None) -> tuple[str, str]:
    """The stacks of all threads, and one sentence of how they were got, or why not."""
    if program is None or identify(program.pid) != program:
        return "", "No stacks: the process is gone."
    if _stopped(program):
        dumped = _py_spy(program, "--nonblocking")
        if dumped:
            return dumped, "Stacks by py-spy from outside: the process is stopped."
        return "", "No stacks: the process is stopped and can't write its own; see process-*.txt."
    if _dumps_itself(folder, program) and (text := _by_signal(folder / STACKS, program)):
        return text, f"Stacks by its own faulthandler, on {DUMP_SIGNAL.name}."
    if dumped := _py_spy(program):
        return dumped, "Stacks by py-spy."
    return "", "No stacks: it has no faulthandler of ours, and py-spy is not installed or refused."


def _stopped(program: ProcessIdentity) -> bool:
    return "State:\tT" in _status(program) or "State:\tt" in _status(program)


def _status(program: ProcessIdentity) -> str:
    try:
        return (PROC / str(program.pid) / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _dumps_itself(folder: Path, program: ProcessIdentity) -> bool:
    """Whether the signal means a dump to it: to a program without a handler it is death."""
    if not (folder / STACKS).is_file():
        return False
    caught = next((ln for ln in _status(program).splitlines() if ln.startswith("SigCgt:")), "")
    mask = int(caught.split()[1], 16) if caught else 0
    return bool(mask >> (DUMP_SIGNAL - 1) & 1)


def _by_signal(path: Path, program: ProcessIdentity) -> str:
    """What the process adds to its file once it is asked to."""
    before = path.stat().st_size
    if not send(program, DUMP_SIGNAL):
        return ""
    deadline, size = time.monotonic() + _PATIENCE_S, before
    while time.monotonic() < deadline:
        time.sleep(0.1)
        grown = path.stat().st_size
        if grown > before and grown == size:
            break
        size = grown
    with path.open("rb") as file:
        file.seek(before)
        return file.read().decode("utf-8", "replace")


def _py_spy(program: ProcessIdentity, *options: str) -> str:
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("py-spy")
    if found is None:
        return ""
    try:
        done = subprocess.run(
            [found, "dump", *options, "--pid", str(program.pid)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PY_SPY_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 and "Thread" in done.stdout else ""
