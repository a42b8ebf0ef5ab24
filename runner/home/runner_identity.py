"""The runner's identity file: its process, and its last heartbeat."""

from __future__ import annotations

import json
import os
import shlex
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError
from core.paths import CHECKOUT, Home
from core.timestamps import iso, parse_moment
from runner.files import is_place, place_of, read_json
from runner.processes.identity import ProcessIdentity, identify, is_alive
from runner.records import RunnerStatus
from runner.store.opening import shared_address

if TYPE_CHECKING:
    from datetime import datetime

# A process of another machine can't be checked, so its heartbeat decides.
FOREIGN_HEARTBEAT_S = 15.0


@dataclass(frozen=True)
class RunnerIdentity:
    """The content of ``runner.json``."""

    host: str
    process: ProcessIdentity
    since: datetime
    epoch: int
    heartbeat: datetime

    @classmethod
    def of_this_process(cls, epoch: int, now: datetime) -> RunnerIdentity:
        """The identity of the calling process, with its first heartbeat at ``now``."""
        me = identify(os.getpid())
        assert me is not None  # the calling process exists
        return cls(socket.gethostname(), me, now, epoch, now)


def write_identity(home: Home, runner: RunnerIdentity, now: datetime) -> None:
    """Write ``runner.json`` with a new heartbeat; complete or unchanged.

    :raises OSError: not written.
    """
    stored = {
        "host": runner.host,
        **runner.process.as_dict(),
        "since": iso(runner.since),
        "epoch": runner.epoch,
        "heartbeat": iso(now),
        "home": place_of(home.root),
    }
    partial = home.runner_identity.with_suffix(".partial")
    # No fsync: after a power loss the boot id shows that the runner is gone.
    partial.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    partial.replace(home.runner_identity)


def read_identity(home: Home) -> RunnerIdentity | None:
    """The content of ``runner.json``; None if it is absent or unreadable, or of another home.

    A data directory that was copied while its runner lived has the original's file.
    """
    try:
        stored = read_json(home.runner_identity) or {}
        if not is_place(stored.get("home"), home.root):
            return None
        process = ProcessIdentity.from_dict(stored)
        if process is None:
            return None
        return RunnerIdentity(
            str(stored["host"]),
            process,
            parse_moment(stored["since"]),
            int(stored["epoch"]),
            parse_moment(stored["heartbeat"]),
        )
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return None


def how_to_stop(home: Home) -> str:
    """The command that stops the runner of a data directory."""
    where = "" if home.root == CHECKOUT else f" --home {shlex.quote(str(home.root))}"
    return f"trainweek runner --stop{where}"


def runner_status(home: Home, now: datetime) -> RunnerStatus:
    """Whether a runner is alive. A paused one is alive, with an old heartbeat.

    On a shared database it may be another machine's: then its lease says it.
    """
    runner, shared = read_identity(home), _shared_status(home)
    of_this_machine = runner is not None and runner.host == socket.gethostname()
    if shared is not None and not (of_this_machine and runner and runner.epoch == shared.epoch):
        return shared
    if runner is None:
        return RunnerStatus(alive=False)
    age = max((now - runner.heartbeat).total_seconds(), 0.0)
    if runner.host == socket.gethostname():
        alive = is_alive(runner.process)
    else:
        alive = age < FOREIGN_HEARTBEAT_S
    return RunnerStatus(alive, runner.process.pid, runner.host, runner.since, age, runner.epoch)


def _shared_status(home: Home) -> RunnerStatus | None:
    """What a shared database says; None without one, or while its server is away."""
    address = shared_address(home)
    if address is None:
        return None
    from runner.settings import Settings
    from runner.store.postgresql.lease import status_at

    return status_at(address, Settings.read(home).runner_lease_s)
