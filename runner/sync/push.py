"""Ships what is new in a data directory: whole segments of growing files, whole files, checkpoints.

Bytes first, then the commit that names them: after a kill in between nothing is visible, and the
next start puts the same bytes under the same name. What another machine wrote is never replaced:
a file is continued only if it begins here as it does there, and replaced only if the version there
is one that was here, or was written by this machine.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.language import Message
from runner.failpoints import fail_here
from runner.sync.index import (
    EMPTY,
    OBJECTS,
    Change,
    Commit,
    Entry,
    Part,
    name_of,
    next_version,
    sha256_of,
)
from runner.sync.kept import Known
from runner.sync.shipped import (
    BLOCK,
    begins_with,
    checkpoint_of,
    checkpoints,
    complete_end,
    growing_files,
    is_whole,
    stamp_of,
    whole_files,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from core.paths import Home
    from runner.sync.index import Index
    from runner.sync.kept import Kept
    from runner.sync.object_store import ObjectStore
    from runner.sync.shipped import Source, Stamp

_PACK = 32 << 20  # bytes of an object, about
_LOSSES = 100  # commits in a row that others may win


@dataclass
class Shipped:
    """What one look has done.

    :ivar conflicts: files that another machine wrote differently: name and host.
    :ivar skipped: files that can't be shipped, and no earlier look has named.
    """

    files: int = 0
    sent: int = 0
    conflicts: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


class _Differs(Exception):
    """The file is not what the store says, and must not replace it."""


class Push:
    """Ships from one data directory.

    :param index: as it was last read.
    """

    def __init__(self, home: Home, store: ObjectStore, index: Index, kept: Kept) -> None:
        self.home, self.store, self.index, self.kept = home, store, index, kept
        self._pack, self._changes = bytearray(), list[Change]()
        self._agreed: dict[str, Known] = {}
        self._done = Shipped()
        self._skipped, self._named = set[str](), set[str]()

    def look(self, now: Callable[[], datetime]) -> Shipped:
        """Ship what is new since the last look.

        :raises SetupError: the store can't be used; what was committed stays.
        :raises IntegrityError: a commit can't be read.
        """
        self._done, lost = Shipped(), 0
        while lost < _LOSSES:
            self.index.refresh()
            self._pack, self._changes, self._agreed = bytearray(), [], {}
            self._done.conflicts.clear()
            self._skipped.clear()
            if self._collect() and not self._commit(now()):
                lost += 1
                continue  # another machine was first: decide again, with what it wrote
            if self._agreed or self.kept.index.get("number") != self.index.number:
                self.kept.files.update(self._agreed)
                self.kept.index = self.index.state()
                self.kept.write(self.home)
            if len(self._pack) < _PACK:
                self._done.skipped = sorted(self._skipped - self._named)
                self._named = self._skipped.copy()
                return self._done
        raise SetupError(
            Message("Other machines were first {n} times in a row.", n=_LOSSES),
            Message("Ship from fewer machines, or less often (sync_s)."),
        )

    def _collect(self) -> bool:
        """Fill the pack; whether there is anything to commit."""
        for source in growing_files(self.home, self._skipped):
            self._take([source], self._grown)
        for source in whole_files(self.home, self._skipped):
            self._take([source], self._replaced)
        here = set()
        for folder, sources in checkpoints(self.home, self._skipped):
            here.add(folder)
            fresh = any(self._unknown(source) for source in sources)
            if fresh and len(self._pack) < _PACK:
                if is_whole(sources):
                    self._take(sources, self._replaced)
                else:
                    self._skipped.add(folder)
        self._changes += self._removed(here)
        return bool(self._changes)

    def _take(self, sources: list[Source], of: Callable[[Source], Change | None]) -> None:
        """The changes of files that become visible together, or none of them."""
        if len(self._pack) >= _PACK:
            return
        size, agreed = len(self._pack), dict(self._agreed)
        found = []
        for source in sources:
            try:
                change = of(source)
            except (OSError, _Differs) as error:  # OSError: removed, or being written: later
                if isinstance(error, _Differs):
                    host = self.index.entries[source.name].host
                    self._done.conflicts[source.name] = host
                elif isinstance(error, PermissionError):
                    self._skipped.add(source.name)
                self._agreed = agreed
                del self._pack[size:]
                return
            if change is not None:
                found.append(change)
        self._changes += found

    def _unknown(self, source: Source) -> bool:
        """Whether the file may differ from its version in the store."""
        entry, known = self.index.entries.get(source.name), self.kept.files.get(source.name)
        if entry is None or known is None or known.version != entry.version:
            return True
        return known.stamp != stamp_of(source.path)

    def _grown(self, source: Source) -> Change | None:
        """What a growing file has more than the store; all of it, if it was replaced here."""
        if not self._unknown(source):
            return None
        entry = self.index.entries.get(source.name)
        with source.path.open("rb", buffering=0) as file:
            stamp = stamp_of(file.fileno())
            start, version = 0, EMPTY
            if entry is not None:
                if begins_with(file.fileno(), stamp[0], entry, self._compared(source, entry)):
                    if stamp[0] < entry.size:  # it has more than is seen here
                        return None
                    start, version = entry.size, entry.version
                else:
                    self._require_mine(source, entry)
            parts: list[Part] = []
            last = False
            while not last and len(self._pack) < _PACK:
                block = os.pread(file.fileno(), BLOCK, start + sum(part.size for part in parts))
                last = len(block) < BLOCK
                block = block[: complete_end(block, source.grows or "lines", at_end=last)]
                if not block:
                    break
                parts.append(self._packed(block))
        return self._change(source, start, parts, version, stamp if last else None)

    def _compared(self, source: Source, entry: Entry) -> int:
        """How much of the same file was compared with the store before."""
        known = self.kept.files.get(source.name)
        if known is None or known.stamp is None or known.stamp[2] != stamp_of(source.path)[2]:
            return 0
        return entry.size_at(known.version)

    def _replaced(self, source: Source) -> Change | None:
        """The whole file, if its content is not the store's."""
        if not self._unknown(source):
            return None
        entry = self.index.entries.get(source.name)
        parts, version = [], EMPTY
        before = len(self._pack)
        with source.path.open("rb", buffering=0) as file:
            stamp = stamp_of(file.fileno())
            while block := file.read(BLOCK):
                parts.append(self._packed(block))
                version = next_version(version, parts[-1].sha256)
        if stamp_of(source.path) != stamp:
            raise OSError(f"{source.name} changes now")
        if entry is not None and entry.version == version:
            del self._pack[before:]
            known = self.kept.files.get(source.name)
            pulled = known is not None and known.pulled and known.version == version
            self._agreed[source.name] = Known(version, entry.size, stamp, pulled)
            return None
        if entry is not None:
            self._require_mine(source, entry, stamp)
        return self._change(source, 0, parts, EMPTY, stamp)

    def _require_mine(self, source: Source, entry: Entry, stamp: Stamp | None = None) -> None:
        """Refuse to replace a version that was never here."""
        known = self.kept.files.get(source.name)
        if entry.machine == self.kept.machine:
            return
        if known is not None and known.version == entry.version:
            return
        if known is not None and stamp is not None and known.stamp == stamp:
            raise OSError("unchanged here; the store has a newer one")
        raise _Differs

    def _removed(self, here: set[str]) -> Iterator[Change]:
        """Checkpoints that this machine shipped, and that have been removed since."""
        for name, entry in self.index.entries.items():
            folder = checkpoint_of(name)
            if not folder or folder in here or entry.machine != self.kept.machine:
                continue
            if (self.home.root / folder).parent.is_dir():  # else a mount is missing, perhaps
                yield Change(path=name, grows=False, start=0, gone=True)

    def _packed(self, block: bytes) -> Part:
        """Put bytes into the pack; its name is known only when it is complete."""
        at = len(self._pack)
        self._pack += block
        sha256 = sha256_of(block)
        return Part(object=sha256, at=at, size=len(block), sha256=sha256)

    def _change(
        self,
        source: Source,
        start: int,
        parts: list[Part],
        version: str,
        stamp: Stamp | None,
    ) -> Change | None:
        size = start
        for part in parts:
            version, size = next_version(version, part.sha256), size + part.size
        self._agreed[source.name] = Known(version, size, stamp)
        if not parts:
            return None
        return Change(
            path=source.name, grows=source.grows is not None, start=start, parts=tuple(parts)
        )

    def _commit(self, at: datetime) -> bool:
        """Make the changes visible, all at once. False: another machine was first."""
        content = bytes(self._pack)
        name = sha256_of(content)
        if content:
            self.store.put_new(f"{OBJECTS}/{name}", content)
        fail_here("sync_put")
        commit = Commit(
            format="trainweek-sync/1",
            number=self.index.number + 1,
            machine=self.kept.machine,
            host=socket.gethostname()[:300],
            at=at.isoformat(timespec="seconds"),
            changes=tuple(
                change.model_copy(
                    update={
                        "parts": tuple(
                            part.model_copy(update={"object": name}) for part in change.parts
                        )
                    }
                )
                for change in self._changes
            ),
        )
        text = json.dumps(commit.model_dump(mode="json")).encode()
        place = name_of(commit.number)
        # An answer that was lost on its way is asked for again: ours may be there already.
        if not self.store.put_new(place, text) and self.store.get(place) != text:
            return False
        fail_here("sync_committed")
        self.index.apply(commit, text)
        self._done.files += len(commit.changes)
        self._done.sent += len(content)
        return True
