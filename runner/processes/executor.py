"""The interface that every engine implements to run attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from runner.processes.identity import ProcessIdentity


@dataclass(frozen=True)
class Exit:
    """The exit status that the shim recorded."""

    code: int | None
    signal: int | None
    error: str | None  # the command could not be started
    at: datetime
    oom_kills: int = 0  # by the kernel, in the attempt's own control group


@dataclass(frozen=True)
class Observation:
    """The state of an attempt's processes at one time."""

    found: bool  # a process of it exists, or its files show that there was one
    process: ProcessIdentity | None  # the program itself, not its shim
    alive: bool  # the program or its shim is running
    same_boot: bool = True
    started_at: datetime | None = None
    exit: Exit | None = None
    exit_pending: bool = False  # the program has ended, its shim has not recorded the exit
    shim_stuck: bool = False  # the shim is stopped, or waits in the kernel


class Executor(Protocol):
    """Starts, observes and ends attempts. It knows nothing about jobs and their states."""

    def start(
        self, folder: Path, argv: Sequence[str], cwd: Path, attempt_id: str, heartbeat_s: float
    ) -> None:
        """Start an attempt in its folder.

        :raises OSError: it could not be started.
        """

    def observe(self, folder: Path, attempt_id: str, *, search: bool = False) -> Observation:
        """Observe it; ``search`` also searches all processes for the attempt's id."""

    def terminate(self, folder: Path, attempt_id: str, *, whole_tree: bool = False) -> bool:
        """SIGTERM to the program, or to all processes of the attempt; False if there is none."""

    def survivors(self, folder: Path, attempt_id: str) -> int:
        """How many processes of the attempt are alive, not counting its shim."""

    def wake(self, folder: Path, attempt_id: str) -> None:
        """SIGCONT to the attempt's shim, in case it was stopped."""

    def kill_start(self, folder: Path, attempt_id: str) -> None:
        """SIGKILL to a start that hangs: to its shim, and to all that the shim has started."""

    def kill_tree(self, folder: Path, attempt_id: str) -> int:
        """SIGKILL to all processes of the attempt; returns how many there were."""
