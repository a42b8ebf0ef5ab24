"""runner.log and dashboard.log: at most so long, with their predecessors beside them."""

from __future__ import annotations

import os
from pathlib import Path

from core.paths import Home
from runner.log_once import Troubles
from runner.processes.shim import Log
from runner.settings import Settings


def cap_logs(home: Home, settings: Settings, troubles: Troubles) -> None:
    """Begin anew what is longer than ``log_bytes``, as the shim does with a job's output.

    A log that can't be cut keeps no job from its runner; it is told, once.
    """
    for path in (home.runner_log, home.dashboard_log):
        try:
            cap_log(path, settings)
            troubles.over(str(path))
        except OSError as error:
            what = f"It is too long and can't be begun anew: {error.strerror or error}."
            troubles.tell(str(path), what)


def cap_log(path: Path, settings: Settings) -> None:
    """The same for one log, which somebody may hold open to append to; nothing if it is short.

    :raises OSError: it is another user's, or may only grow (``chattr +a``).
    """
    try:
        if not settings.log_bytes or path.stat().st_size <= settings.log_bytes:
            return
    except OSError:  # there is none: output goes to a terminal, or to systemd's journal
        return
    # Not to append: what may only grow can't be cut, and must not be copied at each look.
    os.close(os.open(path, os.O_WRONLY))
    log = Log(str(path.parent), settings.log_bytes, settings.log_files, path.name)
    try:
        log.cap()
    finally:
        os.close(log.descriptor)
