"""Running ``writer.py``: a client in a process of its own, under some fault."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults.small_disk import run_on_disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.paths import Home

WRITER = Path(__file__).with_name("writer.py")


def write(
    home: Home,
    count: int,
    *,
    before: Callable[[], None] | None = None,
    **environment: str,
) -> tuple[list[str], str]:
    """The lines that it said, and its errors.

    :param before: done in the child before it begins.
    """
    done = subprocess.run(
        [sys.executable, WRITER, home.root, str(count)],
        env=os.environ | environment,
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.splitlines(), done.stderr


def saved(lines: list[str]) -> int:
    """How many notes were acknowledged."""
    return sum(line.startswith("saved") for line in lines)


def refusal(lines: list[str]) -> str:
    """The one refusal that was said."""
    (line,) = (line for line in lines if line.startswith("refused"))
    return line.removeprefix("refused ")


def on_a_small_disk(tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script with a tmpfs of 1 MB mounted at $DISK, in a namespace of its own."""
    disk = tmp_path / "disk"
    variables = {"DISK": str(disk), "PYTHON": sys.executable, "WRITER": str(WRITER)}
    return run_on_disk(disk, "1m", ["sh", "-ec", script], os.environ | variables)
