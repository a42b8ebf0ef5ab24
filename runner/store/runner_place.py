"""Where a runner is, as the store is told at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.paths import Home


class RunnerPlace(NamedTuple):
    """A runner: its machine and boot, its process, and the data directory that it serves.

    :ivar home: as :func:`lock_place` says it.
    """

    host: str
    pid: int
    boot_id: str
    home: str


def lock_place(home: Home) -> str:
    """The data directory, and the folder in it that holds the runner's lock.

    Containers of one machine share its boot and may use the same path, and not the same file.
    """
    folder = home.state.stat()
    return f"{home.root} {folder.st_dev}:{folder.st_ino}"
