"""Where attempts run. One small interface; local processes are the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.files import write_json
from core.moments import from_unix
from runner.files import read_json
from runner.process import (
    MARK,
    ProcessIdentity,
    boot_id,
    descendants,
    identify,
    is_alive,
    kill_all,
    marked,
    send,
)

SHIM = Path(__file__).with_name("shim.py")


@dataclass(frozen=True)
class Exit:
    """What the shim wrote when its child had ended."""

    code: int | None
    signal: int | None
    error: str | None  # the command could not be started
    at: datetime


@dataclass(frozen=True)
class Seen:
    """What can be seen of an attempt now."""

    trace: bool  # something of it was ever there
    process: ProcessIdentity | None  # the program itself, not its shim
    alive: bool  # the program or its shim still runs
    same_boot: bool = True
    started_at: datetime | None = None
    exit: Exit | None = None


class Executor(Protocol):
    """Starts attempts, sees them, ends them. Knows nothing of jobs and states."""

    def start(
        self, folder: Path, argv: Sequence[str], cwd: Path, mark: str, heartbeat_s: float
    ) -> None:
        """Start an attempt in its folder.

        :raises OSError: it could not be started.
        """

    def look(self, folder: Path, mark: str, *, search: bool = False) -> Seen:
        """What can be seen of it; ``search`` also looks for its mark everywhere."""

    def ask_to_end(self, folder: Path, mark: str) -> bool:
        """SIGTERM to the program; False if it is not there."""

    def end(self, folder: Path, mark: str) -> int:
        """SIGKILL to everything that the attempt started; how many there were."""


class LocalProcesses:
    """Attempts as processes of this machine, each under a shim in a session of its own."""

    def __init__(self) -> None:
        self._shims: list[subprocess.Popen[bytes]] = []

    def start(
        self, folder: Path, argv: Sequence[str], cwd: Path, mark: str, heartbeat_s: float
    ) -> None:
        write_json(
            folder / "command.json",
            {"argv": list(argv), "cwd": str(cwd), "mark": mark, "heartbeat_s": heartbeat_s},
        )
        with (folder / "shim.log").open("ab") as log:
            shim = subprocess.Popen(
                [sys.executable, "-I", "-S", str(SHIM), str(folder)],
                cwd=cwd,
                env=os.environ | {MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._shims.append(shim)

    def look(self, folder: Path, mark: str, *, search: bool = False) -> Seen:
        self._shims = [shim for shim in self._shims if shim.poll() is None]  # reaps the ended
        shim, program, started = self._identity(folder, mark)
        trace = shim is not None
        if not is_alive(shim) and program is None and (search or trace):
            # The shim was killed before it could write down its child.
            others = [found for found in marked(mark) if found != shim]
            program = min(others, key=lambda found: found.ticks, default=None)
            trace = trace or program is not None
        alive = is_alive(program) or is_alive(shim)
        # Read last: the shim may write it and end while we look.
        ending = self._exit(folder)
        same_boot = shim is None or shim.boot == boot_id()
        return Seen(trace or ending is not None, program, alive, same_boot, started, ending)

    def ask_to_end(self, folder: Path, mark: str) -> bool:
        seen = self.look(folder, mark, search=True)
        return seen.process is not None and send(seen.process, signal.SIGTERM)

    def end(self, folder: Path, mark: str) -> int:
        shim, program, _ = self._identity(folder, mark)
        killed = 0
        # Whoever forks while we kill is found in the next round.
        for _ in range(10):
            tree = set(marked(mark))
            if program is not None and is_alive(program):
                tree |= {program, *descendants(program)}
            # The shim lives on to write down how its child ended; then it ends by itself.
            tree -= {shim, identify(os.getpid())}
            if not tree:
                break
            killed += kill_all(tree)  # type: ignore[arg-type]
        return killed

    @staticmethod
    def _identity(
        folder: Path, mark: str
    ) -> tuple[ProcessIdentity | None, ProcessIdentity | None, datetime | None]:
        """Shim, program and start as the shim wrote them; of this attempt only."""
        stored = read_json(folder / "identity.json")
        if stored is None or stored.get("mark") != mark:
            return None, None, None
        return (
            ProcessIdentity.from_dict(stored.get("shim")),
            ProcessIdentity.from_dict(stored.get("child")),
            from_unix(float(stored["started_at"])),
        )

    @staticmethod
    def _exit(folder: Path) -> Exit | None:
        stored = read_json(folder / "exit.json")
        if stored is None:
            return None
        return Exit(
            stored.get("exit_code"),
            stored.get("signal"),
            stored.get("error"),
            from_unix(float(stored["ended_at"])),
        )
