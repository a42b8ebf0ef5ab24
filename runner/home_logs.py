"""runner.log and dashboard.log: at most so long, with their predecessors beside them."""

from __future__ import annotations

import os
from pathlib import Path

from core.paths import Home
from runner.settings import Settings
from runner.shim import Log


def cap_logs(home: Home, settings: Settings) -> None:
    """Begin anew what is longer than ``log_bytes``, as the shim does with a job's output."""
    for path in (home.runner_log, home.dashboard_log):
        cap_log(path, settings)


def cap_log(path: Path, settings: Settings) -> None:
    """The same for one log, which somebody may hold open to append to; nothing if it is short."""
    try:
        if not settings.log_bytes or path.stat().st_size <= settings.log_bytes:
            return
    except OSError:  # there is none: output goes to a terminal, or to systemd's journal
        return
    log = Log(str(path.parent), settings.log_bytes, settings.log_files, path.name)
    try:
        log.cap()
    finally:
        os.close(log.descriptor)
