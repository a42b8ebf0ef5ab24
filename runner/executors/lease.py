"""The files by which an attempt on another machine is known and fenced, in its folder.

``placement.json`` says which engine has it, ``lease.json`` whether it may go on: the keeper on the
node (runner/processes/keeper.py) reads it at each heartbeat, and answers in ``node.json``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import ValidationError

from core.files import write_json
from core.playbook.placement import Placement
from core.timestamps import from_unix
from runner.executors.executor import Exit
from runner.files import read_json
from runner.processes.attempt_processes import ID_KEY, is_copied
from runner.processes.identity import ProcessIdentity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from runner.executors.executor import Handle

Ask = Literal["term", "term_all", "kill"]
PLACEMENT, LEASE, NODE = "placement.json", "lease.json", "node.json"
_WITHDRAWN = "withdrawn"
_RANK = {None: 0, "term": 1, "term_all": 2, "kill": 3}


@dataclass(frozen=True)
class ShimFiles:
    """What shim and keeper wrote on the node. Their clock is never compared with another one."""

    began: bool  # a shim of this attempt was started, wherever
    program: ProcessIdentity | None
    started: datetime | None
    exit: Exit | None
    beat: object  # differs after each sign of life
    host: str | None
    process: str | None  # state of the program on its machine
    keeper_ended: bool  # and all that it had started
    because: str  # why the keeper ended the program


def read_shim_files(handle: Handle) -> ShimFiles:
    """The files as they are now; of a copied folder only what has ended."""
    folder = handle.folder
    identity = _own(handle, "identity.json")
    node = {} if is_copied(folder) else _own(handle, NODE)
    try:
        beat: object = (folder / "heartbeat").read_bytes(), node.get("beat")
    except OSError:
        beat = (b"", node.get("beat"))
    started = identity.get("started_at")
    return ShimFiles(
        began=bool(identity) or ((folder / "claim").exists() and not _is_withdrawn(folder)),
        program=ProcessIdentity.from_dict(identity.get("child")),
        started=None if started is None else from_unix(float(started)),
        exit=read_exit(folder),
        beat=None if beat == (b"", None) else beat,
        host=node.get("host"),
        process=node.get("state"),
        keeper_ended=bool(node.get("ended")),
        because=str(node.get("because") or ""),
    )


def read_exit(folder: Path) -> Exit | None:
    """The exit status that the shim recorded; None: not yet."""
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


def grant(handle: Handle, epoch: int, executor: str, placement: Placement) -> None:
    """Write that an engine is to have this attempt, and its lease.

    :raises SetupError: they can't be written.
    """
    mark = {ID_KEY: handle.attempt_id}
    write_json(handle.folder / LEASE, mark | {"epoch": epoch, "ask": None, "why": None})
    asked = placement.model_dump(mode="json")
    write_json(
        handle.folder / PLACEMENT,
        mark | {"executor": executor, "epoch": epoch, "placement": asked},
    )


def placement_of(handle: Handle) -> Placement | None:
    """Where the attempt was placed; None: on this machine, as all were before there were engines."""
    try:
        return Placement.model_validate(_own(handle, PLACEMENT)["placement"])
    except (KeyError, ValidationError):
        return None


def withdraw(handle: Handle) -> bool:
    """Take the claim that a shim needs, so that none ever starts the program; False: one has it."""
    claim = handle.folder / "claim"
    try:
        with claim.open("x", encoding="ascii") as file:
            file.write(_WITHDRAWN)
    except FileExistsError:
        return _is_withdrawn(handle.folder)
    except OSError:
        return False  # asked again at the next look
    return True


def _is_withdrawn(folder: Path) -> bool:
    try:
        return (folder / "claim").read_text(encoding="ascii", errors="replace") == _WITHDRAWN
    except OSError:
        return False


def ask(handle: Handle, wanted: Ask) -> None:
    """Have the keeper signal the program, or all that it started; never less than before.

    :raises SetupError: it can't be written.
    """
    lease = _own(handle, LEASE)
    if lease and _RANK[wanted] > _RANK.get(lease.get("ask"), 0):
        write_json(handle.folder / LEASE, {**lease, "ask": wanted})


def fence(handle: Handle, why: str) -> None:
    """Take the lease away: a keeper that reads it ends the attempt. It is never given back.

    :raises SetupError: it can't be written.
    """
    lease, epoch = _own(handle, LEASE), _own(handle, PLACEMENT).get("epoch", 1)
    if lease and int(lease["epoch"]) <= int(epoch):
        write_json(handle.folder / LEASE, {**lease, "epoch": int(epoch) + 1, "why": why})


def _own(handle: Handle, name: str) -> Mapping[str, Any]:
    """A file of exactly this attempt; empty if there is none."""
    stored = read_json(handle.folder / name) or {}
    return stored if stored.get(ID_KEY) == handle.attempt_id else {}
