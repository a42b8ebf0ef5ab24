"""Who may read the record: its owner alone."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from core.language import Message

if TYPE_CHECKING:
    from pathlib import Path

    from core.paths import Home


def record_files(home: Home) -> tuple[Path, ...]:
    """Database and ledger, and the folder of their copies."""
    return home.database, home.ledger, home.backups


def open_to_others(path: Path) -> int | None:
    """The mode of a file or folder that its group or others may use; None for others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    return mode if mode & 0o077 else None


def mend_modes(home: Home) -> list[Message]:
    """Take the record away from everybody but its owner; returns a sentence for each change.

    Nobody could write it unnoticed, so nothing needs to be refused: the ledger is verified.
    """
    mended = []
    for path in record_files(home):
        mode = open_to_others(path)
        if mode is None or path.stat().st_uid != os.geteuid():
            continue
        with suppress(OSError):  # a file system without modes, or one that is read-only
            path.chmod(mode & 0o700)
        if open_to_others(path) is None:
            mended.append(
                Message(
                    "{path} was accessible to others (mode {mode}); now it is its owner's alone.",
                    path=str(path),
                    mode=f"{mode:03o}",
                )
            )
    return mended
