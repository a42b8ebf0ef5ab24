"""Whether a process of this machine still writes a run's event files."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

_FLUSH_S = 150.0  # torch's writer waits up to 120 s before it writes


def has_writer(files: Iterable[Path]) -> bool | None:
    """True if a process has one of the files open for writing.

    TensorFlow and tensorboardX keep their file open until they end; for torch's writer see
    :func:`opener_lives`. None: there is no file, or it belongs to another user, whose processes
    deny a look.

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


def opener_lives(file: Path, last_wall: float) -> bool:
    """Whether the process that opened a file still runs, and may still be its writer.

    torch's writer opens its file for each write, so that no open file shows it; but it puts host
    and process into the name. Not counted is a process that has opened a later event file since,
    or a file that was changed long after its newest event, so a copy.

    :param last_wall: of the file's newest event, in seconds since the epoch.
    """
    opened = _opened(file)
    if opened is None:
        return False
    moment, pid = opened
    try:
        process = psutil.Process(pid)
        if process.create_time() > moment + 1 or process.status() == psutil.STATUS_ZOMBIE:
            return False  # the number was given to another process, or it has ended
        if abs(file.stat().st_mtime - last_wall) > _FLUSH_S:
            return False
    except (psutil.Error, OSError):
        return False
    near = [*file.parent.glob("*tfevents*"), *file.parent.parent.glob("*/*tfevents*")]
    others = [_opened(other) for other in near if other != file]
    return not any(other is not None and other[1] == pid and other[0] > moment for other in others)


def _opened(file: Path) -> tuple[int, int] | None:
    """When and by which process of this host a file was opened; None: its name doesn't say."""
    host = re.escape(socket.gethostname())
    found = re.search(rf"tfevents\.(\d{{9,10}})\.{host}\.(\d+)\.\d+", file.name)
    return None if found is None else (int(found[1]), int(found[2]))
