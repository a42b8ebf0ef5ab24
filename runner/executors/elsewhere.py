"""Attempts of another machine that shares the record, whose processes nobody here can see."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from core.engine_words import EngineWords
from core.files import write_text
from core.language import Message
from core.vocabulary import EngineState
from runner.executors.executor import Observation
from runner.executors.lease import read_shim_files
from runner.files import read_json
from runner.processes.attempt_processes import ID_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from core.paths import Home
    from runner.executors.executor import Handle

MACHINE_KEY = "machine"  # of command.json
_FILE = "machine"  # of logs/state, which each machine has for itself
_SYSTEM = "/etc/machine-id"
_SILENT_S = 15.0


def this_machine(home: Home) -> dict[str, str]:
    """What names this machine in the files of its attempts.

    Containers may have the system's id in common, and a copied data directory the other one.

    :raises SetupError: it can't be written.
    """
    path = home.state / _FILE
    own = _text(path)
    if not own:
        own = uuid4().hex
        write_text(path, own + "\n")
    return {"id": own, "system": _text(_SYSTEM), "host": socket.gethostname()}


def named(machine: Mapping[str, str]) -> str:
    """What tells this machine from any other, in one text."""
    return f"{machine['id']} {machine['system']}"


@dataclass
class _Seen:
    since: float
    beat: object = None
    beat_at: float | None = None


class Elsewhere:
    """What is known of the attempts of other machines: nothing, but that they were started.

    :param mine: of :func:`this_machine`.
    """

    def __init__(self, mine: Mapping[str, str]) -> None:
        self.mine = mine
        self._seen: dict[str, _Seen] = {}

    def look(self, handle: Handle) -> Observation | None:
        """Its state; None: it is of this machine.

        Where its folder isn't to be seen, the record says which machine placed it.
        """
        command = read_json(handle.folder / "command.json") or {}
        seen_here = command.get(ID_KEY) == handle.attempt_id
        if seen_here:
            stored = command.get(MACHINE_KEY)
            if not isinstance(stored, dict):
                return None
            if all(stored.get(name) == self.mine[name] for name in ("id", "system")):
                return None
            host = str(stored.get("host") or "?")
        else:
            if handle.machine is None or handle.machine == named(self.mine):
                return None
            host = handle.host or "?"
        files, now = read_shim_files(handle), time.monotonic()
        seen = self._seen.setdefault(handle.attempt_id, _Seen(now, files.beat))
        if files.beat != seen.beat:
            seen.beat, seen.beat_at = files.beat, now
        last = seen.since if seen.beat_at is None else seen.beat_at
        if handle.gone is not None and now - last > _SILENT_S:
            return Observation(
                found=True,
                process=None,
                alive=False,
                started_at=files.started,
                exit=files.exit,
                machine_gone=handle.gone,
            )
        words = EngineWords(
            host,
            EngineState.UNREACHABLE,
            _ASK_THERE if seen_here else _not_seen(handle.folder),
            now - seen.since,
            now - last,
            seen.beat_at is not None,
            host,
            None,
            _SILENT_S,
        )
        return Observation(
            found=True,
            process=None,
            alive=True,
            started_at=files.started,
            words=words,
            elsewhere=True,
        )


_ASK_THERE = Message(
    "only that machine can say whether it runs. Stop this runner and start that one (trainweek"
    " runner). If the machine is gone for good, say so (trainweek jobs machine-gone)."
)


def _not_seen(folder: Path) -> Message:
    return Message(
        "it placed the attempt, and the folder {folder} is one that two machines see differently: its"
        " files are not here. Mount that machine's logs/jobs here, or stop this runner and start that one"
        " (trainweek runner). If the machine is gone for good, say so (trainweek jobs machine-gone).",
        folder=str(folder),
    )


def _text(path: Path | str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:  # noqa: PTH123 (a str too)
            return file.read().strip()
    except OSError:
        return ""
