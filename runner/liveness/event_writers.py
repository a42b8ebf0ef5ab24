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

    TensorBoard's writers keep their file open until they end. None: there is no file, or it
    belongs to another user, whose processes deny a look.

    A process of our own user that denies a look (``PR_SET_DUMPABLE`` 0: ssh-agent, keyrings,
    sandboxes of browsers) protects secrets and is no trainer: it counts as none. Otherwise one
    of them would make every finished run look alive.
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
    denied = False
    for process in psutil.process_iter():
        try:
            # Only the file's owner (or root) writes it.
            owner = process.uids().real
            if process.pid == os.getpid() or owner not in owners:
                continue
            for held in process.open_files():
                if getattr(held, "mode", "w") not in ("r", "rt") and Path(held.path) in wanted:
                    return True
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            denied = denied or owner != os.getuid()
    return None if denied else False
