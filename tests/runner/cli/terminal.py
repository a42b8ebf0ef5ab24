"""Running ``trainweek`` and the manual's scripts as a person does: as real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
TRAINWEEK = Path(sys.executable).with_name("trainweek")


def trainweek(*words: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``trainweek WORDS...`` in a home."""
    return _run([str(TRAINWEEK), *(w if isinstance(w, bytes) else str(w) for w in words)], home)


def script(name: str, *words: object, home: Path) -> subprocess.CompletedProcess[str]:
    """``python scripts/NAME WORDS...`` in a home."""
    program: list[str | bytes] = [sys.executable, str(CHECKOUT / "scripts" / name)]
    return _run([*program, *map(str, words)], home)


def _run(command: list[str | bytes], home: Path | None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TRAINWEEK_")}
    if home is not None:
        environment["TRAINWEEK_HOME"] = str(home)
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
