"""The interface that every engine implements to run attempts.

An engine places and kills. What happens on the node is told by the shim, in the attempt's folder.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.playbook.placement import Placement

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from core.engine_words import EngineWords
    from core.language import Message
    from runner.processes.identity import ProcessIdentity


RAY_TOKEN = "RAY_AUTH_TOKEN"  # as Ray's own client reads it
_SECRETS = frozenset({"PGPASSWORD", RAY_TOKEN})


def job_environment() -> dict[str, str]:
    """What a job gets of the runner's environment: everything but the secrets of store and engine."""
    return {name: value for name, value in os.environ.items() if name not in _SECRETS}


@dataclass(frozen=True)
class Handle:
    """One attempt: its id, which is also its name at the engine, and its folder."""

    attempt_id: str
    folder: Path
    machine: str | None = None  # of the runner that placed it, as :func:`named`; None: not known
    host: str | None = None  # its name
    gone: Message | None = None  # what a person said: its machine is gone


@dataclass(frozen=True)
class Order:
    """What is to be placed."""

    handle: Handle
    argv: Sequence[str]
    cwd: Path
    heartbeat_s: float  # of its shim
    epoch: int = 1  # of its lease: the attempt's number
    placement: Placement = Placement()


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
    """The state of an attempt at one time."""

    found: bool  # a process of it exists, or its files show that there was one
    process: ProcessIdentity | None  # the program itself, not its shim
    alive: bool  # the program or its shim is running
    same_boot: bool = True
    started_at: datetime | None = None
    exit: Exit | None = None
    exit_pending: bool = False  # the program has ended, its shim has not recorded the exit
    shim_stuck: bool = False  # the shim is stopped, or waits in the kernel
    words: EngineWords | None = None  # of an attempt on another machine
    gone: Message | None = None  # the proof that such an attempt has ended without an exit status
    ended_because: Message | None = None  # why its node ended it
    machine_gone: Message | None = None  # a person's word for its end, which holds by now
    elsewhere: bool = False  # on a machine whose own runner has to look: nothing may be done here


class Executor(Protocol):
    """Places, looks at and ends attempts. It knows nothing about jobs and their states."""

    def place(self, order: Order) -> Handle:
        """Have an attempt started. Placing one twice never runs it twice.

        :raises OSError: it could not be started.
        """

    def look(self, handle: Handle, *, search: bool = False) -> Observation:
        """Its state now.

        :param search: also look for an attempt that left no file, by its id.
        """

    def adopt(self, handle: Handle) -> bool:
        """Whether the attempt is found by its id: placed before, by whatever runner."""

    def ask_to_end(self, handle: Handle, *, whole_tree: bool = False) -> bool:
        """SIGTERM to the program, or to all processes of the attempt; False if there is none."""

    def survivors(self, handle: Handle) -> int:
        """How many processes of the attempt are alive, not counting its shim."""

    def wake(self, handle: Handle) -> None:
        """SIGCONT to the attempt's shim, in case it was stopped."""

    def end_start(self, handle: Handle) -> None:
        """End a start that hangs: its shim, and all that the shim has started."""

    def end(self, handle: Handle) -> int:
        """SIGKILL to all processes of the attempt; returns how many there were."""
