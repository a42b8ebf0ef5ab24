"""The demo's whole week, played once for all workers of a test session."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pytest

TRAINWEEK = Path(sys.executable).with_name("trainweek")
STEPS = 20_000


class Played(NamedTuple):
    """A home that a demo has left, and what the demo printed. Whoever changes it takes a copy."""

    root: Path
    output: str


def played_home(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Played by the worker that asks first; the others wait for it."""
    session = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        session = session.parent  # each worker has a folder of its own in the session's
    root, printed = session / "played" / "home", session / "played" / "printed.txt"
    root.parent.mkdir(exist_ok=True)
    with (root.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            done = subprocess.run(
                [TRAINWEEK, "demo", "--headless", "--steps", str(STEPS), "--home", str(root)],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout
            printed.write_text(done.stdout, encoding="utf-8")
    return Played(root, printed.read_text(encoding="utf-8"))
