"""What a data directory remembers of its store, in a file of this machine: it may be deleted."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from filelock import FileLock, Timeout

from core.errors import ConflictError
from core.files import write_bytes
from core.language import Message
from core.sync_paths import sync_state
from runner.files import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.paths import Home
    from runner.sync.shipped import Stamp

_MOST = 512 << 20


@dataclass
class Known:
    """A file here that had the content of a version in the store.

    :ivar stamp: its stamp then; None: not known.
    :ivar pulled: it was written here by a pull: only such a file may be removed by one.
    """

    version: str
    size: int
    stamp: Stamp | None = None
    pulled: bool = False


@dataclass
class Kept:
    """The state of shipping.

    :ivar machine: an id of this data directory's place: who wrote what.
    :ivar owner: whose files the store holds.
    :ivar emptied: what was known is not of the log that the store has now.
    """

    machine: str
    url: str
    owner: str = ""
    files: dict[str, Known] = field(default_factory=dict)
    index: dict[str, Any] = field(default_factory=dict)
    emptied: bool = False

    def forget(self) -> None:
        """Know no file any more: each that is here is this machine's own from now on."""
        self.files, self.index = {}, {}

    def write(self, home: Home) -> None:
        """Keep it for the next start."""
        state = {
            "machine": self.machine,
            "url": self.url,
            "owner": self.owner,
            "files": {
                path: [known.version, known.size, known.stamp, known.pulled]
                for path, known in self.files.items()
            },
            "index": self.index,
        }
        write_bytes(sync_state(home), json.dumps(state).encode())


def read_kept(home: Home, url: str) -> Kept:
    """What was kept for this address; of another one only who this machine is."""
    try:
        with sync_state(home).open("rb") as file:
            found = parse_json(file.read(_MOST)) or {}
    except OSError:
        found = {}
    machine = str(found.get("machine") or uuid4().hex)
    if found.get("url") != url:
        return Kept(machine, url)
    try:
        files = {
            str(path): Known(str(version), int(size), stamp and tuple(stamp), pulled is True)
            for path, (version, size, stamp, pulled) in found["files"].items()
        }
        return Kept(machine, url, str(found["owner"]), files, dict(found["index"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return Kept(machine, url)


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """One process of a data directory ships or fetches at a time.

    :raises ConflictError: another one does.
    """
    home.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(sync_state(home).with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ConflictError(
            Message("Another process of {home} ships or fetches now.", home=str(home.root)),
            Message("Stop it first, or let it do the work."),
        ) from None
    try:
        yield
    finally:
        lock.release()
