"""Diagnostics of a stalled attempt, saved before it is ended.

``stall-001/`` in the attempt's folder: why.txt, stacks.txt, the kernel's data of each
process, and the end of the output. Complete or absent.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core.files import tail
from runner.processes.identity import ProcessIdentity, is_alive, send_signal
from runner.processes.procfs import catches, description, is_stopped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runner.processes.process_table import ProcessEntry

STACKS = "stacks.txt"  # our programs' faulthandler writes there (runner/jobs/attempt.py)
DUMP_SIGNAL = signal.SIGUSR2
LINES = 100
_SIGNAL_TIMEOUT_S = 3.0
_PY_SPY_TIMEOUT_S = 20.0


def save_stall(
    folder: Path,
    number: int,
    why: Iterable[str],
    program: ProcessIdentity | None,
    tree: Mapping[int, ProcessEntry],
    logs: Mapping[str, Path],
) -> Path:
    """Write ``stall-NNN`` and return it. It may take some seconds.

    :param why: the evidence of the stall.
    :param tree: the program and its descendants.
    :param logs: files whose last lines are copied, by their names there.
    :raises OSError: it can't be written.
    """
    target = folder / f"stall-{number:03d}"
    partial = folder / f".stall-{number:03d}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    lines = list(why)
    for pid in sorted(tree):
        (partial / f"process-{pid}.txt").write_text(description(pid), encoding="utf-8")
    stacks, how = _stacks(folder, program)
    if stacks:
        (partial / STACKS).write_text(stacks, encoding="utf-8")
    lines.append(how)
    for name, path in logs.items():
        (partial / name).write_text(tail(path, LINES) + "\n", encoding="utf-8")
    (partial / "why.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    partial.rename(target)
    return target


def _stacks(folder: Path, program: ProcessIdentity | None) -> tuple[str, str]:
    """The stacks of all threads, and one sentence on their source, or on why there are none."""
    if program is None or not is_alive(program):
        return "", "No stacks: the process has ended."
    if is_stopped(program.pid):
        dumped = _py_spy(program, "--nonblocking")
        if dumped:
            return dumped, "Stacks by py-spy, without pausing: the process is stopped."
        return "", "No stacks: the process is stopped and can't write them; see process-*.txt."
    if _dumps_itself(folder, program) and (text := _by_signal(folder / STACKS, program)):
        return text, f"Stacks by the program's faulthandler, on {DUMP_SIGNAL.name}."
    if dumped := _py_spy(program):
        return dumped, "Stacks by py-spy."
    return (
        "",
        "No stacks: the program has no faulthandler, and py-spy is not installed or was refused.",
    )


def _dumps_itself(folder: Path, program: ProcessIdentity) -> bool:
    """Whether the signal makes it dump: a program without a handler would die of it."""
    return (folder / STACKS).is_file() and catches(program.pid, DUMP_SIGNAL)


def _by_signal(path: Path, program: ProcessIdentity) -> str:
    """What the process adds to its file after the signal."""
    before = path.stat().st_size
    if not send_signal(program, DUMP_SIGNAL):
        return ""
    deadline, size = time.monotonic() + _SIGNAL_TIMEOUT_S, before
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
    installed = Path(sys.executable).with_name("py-spy")
    found = str(installed) if os.access(installed, os.X_OK) else shutil.which("py-spy")
    if found is None:
        return ""
    try:
        done = subprocess.run(
            [found, "dump", *options, "--pid", str(program.pid)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PY_SPY_TIMEOUT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout if done.returncode == 0 and "Thread" in done.stdout else ""
