"""The default executor: attempts as processes of this machine."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import tail, write_json
from core.paths import CHECKOUT
from core.timestamps import from_unix
from runner.executors.elsewhere import MACHINE_KEY, Elsewhere
from runner.executors.executor import Handle, Observation, Order, job_environment
from runner.executors.lease import read_exit
from runner.failpoints import fail_here
from runner.files import LOG_BYTES, LOG_FILES, place_of, read_json
from runner.processes.attempt_processes import (
    ATTEMPT_VARIABLE,
    ID_KEY,
    PLACE_KEY,
    cgroup_members,
    is_copied,
    processes_of,
)
from runner.processes.identity import (
    ProcessIdentity,
    command_line,
    is_alive,
    kill_all,
    send_signal,
)
from runner.processes.process_table import descendants, process_entry
from runner.processes.procfs import boot_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runner.executors.warm import WarmTrials

SHIM = CHECKOUT / "runner" / "processes" / "shim.py"
_STUCK = frozenset("TtD")  # states in /proc in which a shim can't record an exit


@dataclass(frozen=True)
class _ShimRecord:
    """What the shim of this attempt recorded about itself and its program."""

    shim: ProcessIdentity | None = None
    program: ProcessIdentity | None = None
    started: datetime | None = None
    cgroup: str | None = None


class LocalProcesses:
    """Attempts as processes of this machine, each under a shim in a session of its own.

    :param log_bytes: size at which the shim rotates output.log; 0: never.
    :param log_files: how many of them are kept, the present one included.
    :param machine: what names this machine in their files.
    :param elsewhere: knows those of other machines; None: no other machine shares the record.
    :param warm: what trials are forked from; None: each is started from the beginning.
    """

    def __init__(
        self,
        log_bytes: int = LOG_BYTES,
        log_files: int = LOG_FILES,
        machine: Mapping[str, str] | None = None,
        elsewhere: Elsewhere | None = None,
        warm: WarmTrials | None = None,
    ) -> None:
        self._warm = warm
        self._machine, self._elsewhere = machine, elsewhere
        self.log_bytes, self.log_files = log_bytes, log_files
        self._shims: list[subprocess.Popen[bytes]] = []
        self._read: dict[Path, tuple[tuple[str | int, ...], _ShimRecord]] = {}

    def place(self, order: Order) -> Handle:
        """Start the shim, which starts the command; returns before the command runs.

        :raises FileExistsError: another runner has already started this attempt.
        :raises OSError: the process could not be created.
        :raises SetupError: command.json can't be written.
        """
        fail_here("before_shim")
        folder, attempt_id = order.handle.folder, order.handle.attempt_id
        if (folder / "claim").exists():
            if not self._is_abandoned(folder):
                # Another runner started it while this one was paused.
                raise FileExistsError(errno.EEXIST, "it was already started", str(folder))
            (folder / "claim").unlink()
        write_json(
            folder / "command.json",
            {
                "argv": list(order.argv),
                "cwd": str(order.cwd),
                ID_KEY: attempt_id,
                PLACE_KEY: place_of(folder),
                "heartbeat_s": order.heartbeat_s,
                "log_bytes": self.log_bytes,
                "log_files": self.log_files,
            }
            | ({} if self._machine is None else {MACHINE_KEY: dict(self._machine)}),
        )
        if self._warm is not None and self._warm.start(order, SHIM):
            return order.handle
        with (folder / "shim.log").open("ab") as log:
            shim = subprocess.Popen(
                [sys.executable, "-I", "-S", str(SHIM), str(folder)],
                cwd=order.cwd,
                env=job_environment() | {ATTEMPT_VARIABLE: attempt_id},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._shims.append(shim)
        return order.handle

    def look(self, handle: Handle, *, search: bool = False) -> Observation:
        """The state now, from the shim's files and /proc.

        :param search: if the shim recorded no program, search all processes for the attempt id.
        """
        if self._elsewhere is not None and (other := self._elsewhere.look(handle)) is not None:
            return other
        folder, attempt_id = handle.folder, handle.attempt_id
        self._shims = [shim for shim in self._shims if shim.poll() is None]  # reaps ended ones
        known = self._identity(folder, attempt_id)
        program, found = known.program, known != _ShimRecord()
        shim_lives, program_lives = is_alive(known.shim), is_alive(program)
        if not shim_lives and program is None and (search or found):
            # The shim was killed, or the disk was full, before it could record its child.
            own = [one for one in self._processes(folder, attempt_id) if one != known.shim]
            shims = [process for process in own if _is_shim(process, folder)]
            others = [process for process in own if process not in shims]
            program = min(others, key=lambda process: process.ticks, default=None)
            found, program_lives = found or bool(own), program is not None
            shim_lives = bool(shims)  # it has not recorded itself yet
            if program is not None and not shim_lives:
                self._record_program(folder, attempt_id, program)
        # Read last: the shim may write it and end during the observation.
        ending = read_exit(folder)
        same_boot = known.shim is None or known.shim.boot == boot_id()
        return Observation(
            found or ending is not None,
            program,
            program_lives or shim_lives,
            same_boot,
            known.started,
            ending,
            exit_pending=shim_lives and program is not None and not program_lives and not ending,
            shim_stuck=(entry := process_entry(known.shim)) is not None and entry.state in _STUCK,
        )

    def adopt(self, handle: Handle) -> bool:
        """Whether a process of it lives, or its files show that there was one."""
        return self.look(handle, search=True).found

    def ask_to_end(self, handle: Handle, *, whole_tree: bool = False) -> bool:
        """Send SIGTERM to the program, or to all processes but the shim; False if none got it."""
        if whole_tree:
            return sum(send_signal(each, signal.SIGTERM) for each in self._tree(handle)) > 0
        seen = self.look(handle, search=True)
        return seen.process is not None and send_signal(seen.process, signal.SIGTERM)

    def survivors(self, handle: Handle) -> int:
        """How many processes of the attempt are alive, not counting its shim."""
        return len(self._tree(handle))

    def wake(self, handle: Handle) -> None:
        """Send SIGCONT to the shim, in case it was stopped."""
        for shim in self._shims_of(handle):
            send_signal(shim, signal.SIGCONT)

    def end_start(self, handle: Handle) -> None:
        """Kill the shim, then everything that it has started."""
        kill_all(self._shims_of(handle))  # first, or it could start its program now
        self.end(handle)

    def _shims_of(self, handle: Handle) -> list[ProcessIdentity]:
        """The attempt's shim, also one that has not recorded itself yet."""
        folder, attempt_id = handle.folder, handle.attempt_id
        if (shim := self._identity(folder, attempt_id).shim) is not None:
            return [shim]
        return [one for one in self._processes(folder, attempt_id) if _is_shim(one, folder)]

    def _is_abandoned(self, folder: Path) -> bool:
        """Whether the claim is of a start that has no process and never ran its program."""
        command = read_json(folder / "command.json") or {}
        claimant = tail(folder / "claim", lines=1).strip() or str(command.get(ID_KEY) or "")
        if not claimant or (folder / "exit.json").exists():
            return False
        return self._identity(folder, claimant).program is None and not self._processes(
            folder, claimant
        )

    def end(self, handle: Handle) -> int:
        """SIGKILL all processes but the shim, repeated for new forks; returns how many there were."""
        known = self._identity(handle.folder, handle.attempt_id)
        killed: set[ProcessIdentity] = set()
        # Processes forked during a round are found in the next one.
        for _ in range(10):
            if not (tree := self._tree(handle)):
                break
            kill_all(tree)
            killed |= tree
        self._remove(known, handle.attempt_id)
        self._read.pop(handle.folder, None)
        return len(killed)

    def _tree(self, handle: Handle) -> set[ProcessIdentity]:
        """All live processes of the attempt but the shim, in any session."""
        folder, attempt_id = handle.folder, handle.attempt_id
        known = self._identity(folder, attempt_id)
        tree = {*self._processes(folder, attempt_id), *cgroup_members(known.cgroup, attempt_id)}
        tree |= {p for p in (known.program,) if p is not None and is_alive(p)}
        # The shim is the parent of all orphans.
        tree |= set(descendants(known.program, known.shim))
        # The shim must record how its child ended; then it ends by itself.
        return {
            p
            for p in tree
            if p not in (known.shim,) and p.pid != os.getpid() and not _is_shim(p, folder)
        }

    @staticmethod
    def _processes(folder: Path, attempt_id: str) -> list[ProcessIdentity]:
        """Every live process of the attempt in this folder; none of the one that it is a copy of."""
        return [] if is_copied(folder) else processes_of(attempt_id)

    def _identity(self, folder: Path, attempt_id: str) -> _ShimRecord:
        """Shim, program and start as the shim recorded them; read again after a change."""
        path = folder / "identity.json"
        try:
            found = path.stat()
        except OSError:
            return _ShimRecord()
        version = (attempt_id, found.st_ino, found.st_mtime_ns, found.st_size)
        if (kept := self._read.get(folder)) is not None and kept[0] == version:
            return kept[1]
        stored = read_json(path)
        if stored is None or stored.get(ID_KEY) != attempt_id:
            return _ShimRecord()
        began = from_unix(float(stored["started_at"]))
        known = _ShimRecord(
            ProcessIdentity.from_dict(stored.get("shim")),
            ProcessIdentity.from_dict(stored.get("child")),
            began,
            stored.get("cgroup"),
        )
        if is_copied(folder):  # it began elsewhere, and here it has no process
            known = _ShimRecord(started=began)
        self._read[folder] = (version, known)
        return known

    @staticmethod
    def _record_program(folder: Path, attempt_id: str, program: ProcessIdentity) -> None:
        """Record the program for a shim that was killed before it could."""
        path = folder / "identity.json"
        stored = read_json(path)
        if stored is None or stored.get(ID_KEY) != attempt_id:
            began = (folder / "command.json").stat().st_mtime
            stored = {ID_KEY: attempt_id, "started_at": began, "shim": None, "cgroup": None}
        with contextlib.suppress(SetupError):  # a full disk: it is searched for again
            write_json(path, dict(stored) | {"child": program.as_dict()})

    @staticmethod
    def _remove(known: _ShimRecord, attempt_id: str) -> None:
        """Remove the control group of an attempt without processes; a live shim does so itself."""
        if known.cgroup is None or Path(known.cgroup).name != f"trainweek-{attempt_id}":
            return
        if not is_alive(known.shim):
            with contextlib.suppress(OSError):  # its last zombie is not reaped yet
                Path(known.cgroup).rmdir()


def _is_shim(process: ProcessIdentity, folder: Path) -> bool:
    """Whether this process is the shim of the attempt in this folder.

    Another checkout may have started it, through a different path to the same folder.
    """
    match command_line(process):
        case [_, "-I", "-S", program, place, *_]:
            return Path(program).name == SHIM.name and Path(place).resolve() == folder.resolve()
    return False
