"""Rotation of runner.log and dashboard.log."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.processes.shim import Log

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home
    from runner.reported_problems import ReportedProblems
    from runner.settings import Settings


def cap_logs(home: Home, settings: Settings, problems: ReportedProblems) -> None:
    """Rotate logs larger than ``log_bytes``, as the shim does with a job's output.

    A log that can't be rotated is reported once; it does not stop the runner.
    """
    for path in (home.runner_log, home.dashboard_log):
        try:
            cap_log(path, settings)
            problems.solved(str(path))
        except OSError as error:
            what = f"too long, and it can't be rotated: {error.strerror or error}"
            problems.report(str(path), what)


def cap_log(path: Path, settings: Settings) -> None:
    """Rotate one log if it is too long; other processes may have it open to append.

    :raises OSError: it belongs to another user, or is append-only (``chattr +a``).
    """
    try:
        if not settings.log_bytes or path.stat().st_size <= settings.log_bytes:
            return
    except OSError:  # no file: output goes to a terminal, or to systemd's journal
        return
    # Opened without append: an append-only file fails here, before it is copied each time.
    os.close(os.open(path, os.O_WRONLY))
    log = Log(str(path.parent), settings.log_bytes, settings.log_files, path.name)
    try:
        log.cap()
    finally:
        os.close(log.descriptor)
