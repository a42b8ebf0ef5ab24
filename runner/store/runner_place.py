"""Where a runner is, as the store is told at its start."""

from __future__ import annotations

from typing import NamedTuple


class RunnerPlace(NamedTuple):
    """A runner: its machine and boot, its process, and the data directory that it serves."""

    host: str
    pid: int
    boot_id: str
    home: str
