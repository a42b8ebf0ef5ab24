"""Whether a process of this machine still writes a run's event files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable


def has_writer(files: Iterable[Path]) -> bool | None:
    """True if a process has one of the files open for writing.

    TensorBoard's writers keep their file open until they end. None: the owner's processes
    can't be inspected, or there is no file.
    """
    wanted: set[Path] = set()
    owners: set[int] = set()
    for file in files:
        try:
            owners.add(file.stat().st_uid)
        except OSError:
            continue
        wanted.add(file.resolve())
    if not wanted:
        return None
    inspected = True
    for process in psutil.process_iter():
        try:
            # Only the file's owner (or root) writes it.
            if process.pid == os.getpid() or process.uids().real not in owners:
                continue
            for held in process.open_files():
                if getattr(held, "mode", "w") not in ("r", "rt") and Path(held.path) in wanted:
                    return True
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            inspected = False
    return False if inspected else None
