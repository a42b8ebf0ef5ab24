"""Where attempts run. One small interface; local processes are the first."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from core.errors import SetupError
from core.files import tail, write_json
from core.timestamps import from_unix
from runner.failpoints import fail_here
from runner.files import read_json
from runner.processes.identity import (
    MARK,
    ProcessIdentity,
    boot_id,
    command_line,
    descendants,
    entry_of,
    is_alive,
    kill_all,
    marked,
    members,
    send,
)

SHIM = Path(__file__).with_name("shim.py")
_STUCK = frozenset("TtD")  # as in /proc: it can't write down how its child ended


@dataclass(frozen=True)
class Exit:
    """What the shim wrote when its child had ended."""

    code: int | None
    signal: int | None
    error: str | None  # the command could not be started
    at: datetime
    oom_kills: int = 0  # by the kernel, in the attempt's own control group


@dataclass(frozen=True)
class Seen:
    """What can be seen of an attempt now."""

    trace: bool  # something of it was ever there
    process: ProcessIdentity | None  # the program itself, not its shim
    alive: bool  # the program or its shim still runs
    same_boot: bool = True
    started_at: datetime | None = None
    exit: Exit | None = None
    silent_shim: bool = False  # the program has ended, and its shim has not said how
    shim_stuck: bool = False  # the shim is there and can do nothing: stopped, or in the kernel


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

    def ask_to_end(self, folder: Path, mark: str, *, everybody: bool = False) -> bool:
        """SIGTERM to the program, or to all that the attempt started; False if none is there."""

    def survivors(self, folder: Path, mark: str) -> int:
        """How many of those that the attempt started still live, its shim left aside."""

    def wake(self, folder: Path, mark: str) -> None:
        """SIGCONT to the attempt's shim: somebody may have stopped it."""

    def abandon(self, folder: Path, mark: str) -> None:
        """SIGKILL to a start that hangs: its shim, and whatever that has started."""

    def end(self, folder: Path, mark: str) -> int:
        """SIGKILL to everything that the attempt started; how many there were."""


@dataclass(frozen=True)
class _Known:
    """What the shim wrote of itself and its program; of this attempt only."""

    shim: ProcessIdentity | None = None
    program: ProcessIdentity | None = None
    started: datetime | None = None
    cgroup: str | None = None


class LocalProcesses:
    """Attempts as processes of this machine, each under a shim in a session of its own.

    :param log_bytes: the shim begins output.log anew beyond this; 0: never.
    :param log_files: how many of them stay, the present one included.
    """

    def __init__(self, log_bytes: int = 10_000_000, log_files: int = 10) -> None:
        self.log_bytes, self.log_files = log_bytes, log_files
        self._shims: list[subprocess.Popen[bytes]] = []
        self._read: dict[Path, tuple[tuple[str | int, ...], _Known]] = {}

    def start(
        self, folder: Path, argv: Sequence[str], cwd: Path, mark: str, heartbeat_s: float
    ) -> None:
        fail_here("before_shim")
        if (folder / "claim").exists():
            if not self._was_left_by_a_dead_shim(folder):
                # Another runner's, while this one was paused.
                raise FileExistsError(errno.EEXIST, "It was started already", str(folder))
            (folder / "claim").unlink()
        write_json(
            folder / "command.json",
            {
                "argv": list(argv),
                "cwd": str(cwd),
                "mark": mark,
                "heartbeat_s": heartbeat_s,
                "log_bytes": self.log_bytes,
                "log_files": self.log_files,
            },
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
        known = self._identity(folder, mark)
        program, trace = known.program, known != _Known()
        shim_lives, program_lives = is_alive(known.shim), is_alive(program)
        if not shim_lives and program is None and (search or trace):
            # The shim was killed, or found the disk full, before it could write down its child.
            found = [process for process in marked(mark) if process != known.shim]
            shims = [process for process in found if _is_shim(process, folder)]
            others = [process for process in found if process not in shims]
            program = min(others, key=lambda process: process.ticks, default=None)
            trace, program_lives = trace or bool(found), program is not None
            shim_lives = bool(shims)  # it lives, and has not come so far yet
            if program is not None and not shim_lives:
                self._write_down(folder, mark, program)
        # Read last: the shim may write it and end while we look.
        ending = self._exit(folder)
        same_boot = known.shim is None or known.shim.boot == boot_id()
        return Seen(
            trace or ending is not None,
            program,
            program_lives or shim_lives,
            same_boot,
            known.started,
            ending,
            silent_shim=shim_lives and program is not None and not program_lives and not ending,
            shim_stuck=(entry := entry_of(known.shim)) is not None and entry.state in _STUCK,
        )

    def ask_to_end(self, folder: Path, mark: str, *, everybody: bool = False) -> bool:
        if everybody:
            asked = sum(send(process, signal.SIGTERM) for process in self._tree(folder, mark))
            return asked > 0
        seen = self.look(folder, mark, search=True)
        return seen.process is not None and send(seen.process, signal.SIGTERM)

    def survivors(self, folder: Path, mark: str) -> int:
        return len(self._tree(folder, mark))

    def wake(self, folder: Path, mark: str) -> None:
        for shim in self._shims_of(folder, mark):
            send(shim, signal.SIGCONT)

    def abandon(self, folder: Path, mark: str) -> None:
        kill_all(self._shims_of(folder, mark))  # first: it would start its program meanwhile
        self.end(folder, mark)

    def _shims_of(self, folder: Path, mark: str) -> list[ProcessIdentity]:
        """The attempt's shim, also one that has not said yet who it is."""
        if (shim := self._identity(folder, mark).shim) is not None:
            return [shim]
        return [process for process in marked(mark) if _is_shim(process, folder)]

    def _was_left_by_a_dead_shim(self, folder: Path) -> bool:
        """Whether the claim is that of a start of which nothing lives and nothing ever ran."""
        command = read_json(folder / "command.json") or {}
        claimant = tail(folder / "claim", lines=1).strip() or str(command.get("mark") or "")
        if not claimant or (folder / "exit.json").exists():
            return False
        return self._identity(folder, claimant).program is None and not marked(claimant)

    def end(self, folder: Path, mark: str) -> int:
        known = self._identity(folder, mark)
        killed: set[ProcessIdentity] = set()
        # Whoever forks while we kill is found in the next round.
        for _ in range(10):
            if not (tree := self._tree(folder, mark)):
                break
            kill_all(tree)
            killed |= tree
        self._remove(known, mark)
        self._read.pop(folder, None)
        return len(killed)

    def _tree(self, folder: Path, mark: str) -> set[ProcessIdentity]:
        """All that live of what the attempt started, wherever they went."""
        known = self._identity(folder, mark)
        tree = {*marked(mark), *members(known.cgroup, mark)}
        tree |= {p for p in (known.program,) if p is not None and is_alive(p)}
        # The shim is the parent of all whose own parent has ended.
        tree |= set(descendants(known.program, known.shim))
        # It lives on to write down how its child ended; then it ends by itself.
        tree.discard(known.shim)  # type: ignore[arg-type]
        return {p for p in tree if p.pid != os.getpid() and not _is_shim(p, folder)}

    def _identity(self, folder: Path, mark: str) -> _Known:
        """Shim, program and start as the shim wrote them; read again when it changes."""
        path = folder / "identity.json"
        try:
            found = path.stat()
        except OSError:
            return _Known()
        version = (mark, found.st_ino, found.st_mtime_ns, found.st_size)
        if (kept := self._read.get(folder)) is not None and kept[0] == version:
            return kept[1]
        stored = read_json(path)
        if stored is None or stored.get("mark") != mark:
            return _Known()
        known = _Known(
            ProcessIdentity.from_dict(stored.get("shim")),
            ProcessIdentity.from_dict(stored.get("child")),
            from_unix(float(stored["started_at"])),
            stored.get("cgroup"),
        )
        self._read[folder] = (version, known)
        return known

    @staticmethod
    def _write_down(folder: Path, mark: str, program: ProcessIdentity) -> None:
        """In the place of a shim that was killed before it could: for all who look later."""
        path = folder / "identity.json"
        stored = read_json(path)
        if stored is None or stored.get("mark") != mark:
            began = (folder / "command.json").stat().st_mtime
            stored = {"mark": mark, "started_at": began, "shim": None, "cgroup": None}
        with contextlib.suppress(SetupError):  # a full disk: it is found again
            write_json(path, dict(stored) | {"child": program.as_dict()})

    @staticmethod
    def _remove(known: _Known, mark: str) -> None:
        """The control group of an attempt that has nobody left; a live shim does it itself."""
        if known.cgroup is None or Path(known.cgroup).name != f"trainweek-{mark}":
            return
        if not is_alive(known.shim):
            with contextlib.suppress(OSError):  # its last zombie is not reaped yet
                Path(known.cgroup).rmdir()

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
            int(stored.get("oom_kills") or 0),
        )


def _is_shim(process: ProcessIdentity, folder: Path) -> bool:
    """Whether this process is the shim of the attempt in this folder.

    Another checkout may have started it, and the home may have another spelling by now.
    """
    match command_line(process):
        case [_, "-I", "-S", program, place, *_]:
            return Path(program).name == SHIM.name and Path(place).resolve() == folder.resolve()
    return False
