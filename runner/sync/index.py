"""Which files an object store holds: a log of commits, each of them an object that never changes.

::

    store.json                      whose files these are
    objects/<sha256>                bytes of one or of many files
    log/000000000007.json           commit 7: which parts of which objects continue which files

Commit n+1 is created only if there is none (``If-None-Match: *``), so one of two machines that
write at once is second: it reads what the other wrote and decides again. A reader sees a commit
as a whole or not at all, and reads only the commits after those that it knows.
"""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from core.errors import IntegrityError
from core.language import Message
from core.run_paths import TRAINING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.sync.object_store import ObjectStore

FORMAT = "trainweek-sync/1"
OWNER, LOG, OBJECTS = "store.json", "log", "objects"
_PLACE = r"(?!state/|jobs/)[A-Za-z0-9][A-Za-z0-9._-]{0,119}"  # of runs of their own
_ROOTS = re.compile(rf"logs/({_PLACE}/)?{TRAINING}/|models/|reports/(?!ledger/)")
_MOST = 32 << 20  # bytes of a commit
_AHEAD, _AT_ONCE = 1000, 8  # commits that are read together, requests at a time
EMPTY = ""  # version of a file without bytes


def shipped_path(path: str) -> str:
    """The same path, if it is one that is shipped: what a store says is not trusted.

    :raises ValueError: it leads elsewhere.
    """
    names = path.split("/")
    plain = all(
        name and not name.startswith(".") and name.isprintable() and "\\" not in name
        for name in names
    )
    if not plain or not _ROOTS.match(path) or len(path) > 1000:
        raise ValueError("not a path of the shipped folders")
    return path


ShippedPath = Annotated[str, AfterValidator(shipped_path)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_Bytes = Annotated[int, Field(ge=0, le=1 << 50)]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Part(_Stored):
    """Consecutive bytes of a file, as a range of an object."""

    object: Sha256
    at: _Bytes
    size: Annotated[int, Field(gt=0, le=64 << 20)]
    sha256: Sha256


class Change(_Stored):
    """What a commit does to one file.

    :ivar grows: a file that is only appended to; others are replaced as a whole.
    :ivar start: bytes that stay; 0: the parts are the whole file.
    :ivar gone: it was removed where it was written.
    """

    path: ShippedPath
    grows: bool
    start: _Bytes
    parts: tuple[Part, ...] = ()
    gone: bool = False


class Commit(_Stored):
    """One commit of one machine."""

    format: Literal["trainweek-sync/1"]
    number: Annotated[int, Field(ge=1)]
    machine: Annotated[str, Field(min_length=1, max_length=200)]
    host: Annotated[str, Field(max_length=300)]
    at: Annotated[str, Field(max_length=40)]
    changes: tuple[Change, ...]


@dataclass
class Entry:
    """One file in the store.

    :ivar version: of its content: a hash over its parts' hashes.
    :ivar machine: the one that wrote last.
    """

    grows: bool
    parts: list[Part] = field(default_factory=list)
    size: int = 0
    version: str = EMPTY
    machine: str = ""
    host: str = ""

    def add(self, parts: Sequence[Part]) -> None:
        """Continue the file."""
        for part in parts:
            self.parts.append(part)
            self.size += part.size
            self.version = next_version(self.version, part.sha256)

    def size_at(self, version: str) -> int:
        """The size that the file had in a version; 0: it never was that."""
        size, reached = 0, EMPTY
        for part in self.parts:
            size, reached = size + part.size, next_version(reached, part.sha256)
            if reached == version:
                return size
        return 0


def next_version(version: str, sha256: str) -> str:
    """The version of a file that is continued by bytes of this hash."""
    return hashlib.sha256(f"{version}{sha256}".encode()).hexdigest()


class Index:
    """The files of a store as of one commit.

    :ivar number: the newest commit that was read; 0: none.
    :ivar at: when it was written, by the clock of its machine.
    :ivar sum: hash of that commit: another log has another one.
    :ivar gone: files that a commit says were removed, and that no later one has again.
    """

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.entries: dict[str, Entry] = {}
        self.number, self.at, self.host, self.sum = 0, "", "", ""
        self.gone: set[str] = set()

    def refresh(self) -> None:
        """Read the commits that are new.

        :raises IntegrityError: one can't be read, or does not continue its file.
        :raises SetupError: see :class:`ObjectStore`.
        """
        while (content := self.store.get(name_of(self.number + 1))) is not None:
            if not self.is_there():
                raise IntegrityError(
                    Message("The log of the store is another one than before."),
                    Message("Start the command again: it begins anew, and removes nothing."),
                )
            self.apply(parsed(content, self.number + 1), content)
            more = list(islice(self.store.names(LOG, after=name_of(self.number)), _AHEAD))
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                for name, found in zip(more, pool.map(self.store.get, more), strict=True):
                    if name != name_of(self.number + 1) or found is None:
                        break
                    self.apply(parsed(found, self.number + 1), found)

    def is_there(self) -> bool:
        """Whether the store still has the newest commit that was read."""
        content = self.store.get(name_of(self.number)) if self.number else b""
        return not self.number or (content is not None and sha256_of(content) == self.sum)

    def apply(self, commit: Commit, content: bytes) -> None:
        """Take in the next commit.

        :param content: its bytes in the store.
        :raises IntegrityError: it does not continue what was there.
        """
        for change in commit.changes:
            entry = self.entries.get(change.path)
            if change.gone:
                self.entries.pop(change.path, None)
                self.gone.add(change.path)
                continue
            if change.start == 0 or entry is None:
                entry = Entry(change.grows)
            if change.start != entry.size:
                raise _damaged(
                    commit.number, f"{change.path}: byte {change.start}, not {entry.size}"
                )
            entry.add(change.parts)
            entry.machine, entry.host = commit.machine, commit.host
            self.entries[change.path] = entry
            self.gone.discard(change.path)
        self.number, self.at, self.host = commit.number, commit.at, commit.host
        self.sum = sha256_of(content)

    def state(self) -> dict[str, Any]:
        """What :meth:`restore` needs, so that the next start reads new commits alone."""
        return {
            "number": self.number,
            "at": self.at,
            "host": self.host,
            "sum": self.sum,
            "gone": sorted(self.gone),
            "files": {
                path: {
                    "grows": entry.grows,
                    "machine": entry.machine,
                    "host": entry.host,
                    "parts": [[p.object, p.at, p.size, p.sha256] for p in entry.parts],
                }
                for path, entry in self.entries.items()
            },
        }

    def restore(self, state: dict[str, Any]) -> bool:
        """Begin with what was read before; False, and with nothing, if it can't be used."""
        try:
            entries = {}
            for path, kept in state["files"].items():
                entry = entries[shipped_path(path)] = Entry(bool(kept["grows"]))
                entry.machine, entry.host = str(kept["machine"]), str(kept["host"])
                entry.add([Part(object=o, at=a, size=n, sha256=s) for o, a, n, s in kept["parts"]])
            number, known = int(state["number"]), str(state["sum"])
            gone = {shipped_path(path) for path in state["gone"]}
        except (KeyError, TypeError, ValueError, AttributeError):
            return False
        self.entries, self.number, self.sum, self.gone = entries, number, known, gone
        self.at, self.host = str(state.get("at")), str(state.get("host"))
        return True


def sha256_of(content: bytes) -> str:
    """The hash of bytes, as parts and objects have it."""
    return hashlib.sha256(content).hexdigest()


def name_of(number: int) -> str:
    """The object of a commit."""
    return f"{LOG}/{number:012d}.json"


def parsed(content: bytes, number: int) -> Commit:
    """A commit from its bytes.

    :raises IntegrityError: it is none, or another one.
    """
    if len(content) > _MOST:
        raise _damaged(number, f"{len(content)} bytes")
    try:
        commit = Commit.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise _damaged(number, f"{place}: {first['msg']}") from error
    if commit.number != number:
        raise _damaged(number, f"number {commit.number}")
    return commit


def _damaged(number: int, why: str) -> IntegrityError:
    return IntegrityError(
        Message("Commit {n} of the store can't be used ({why}).", n=number, why=why),
        Message("A newer trainweek may have written it. Else name another prefix in sync_url."),
    )
