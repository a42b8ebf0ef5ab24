"""Fetches what is new in a store into a data directory, by ranges of its objects.

Files are there as they would be on the machine that wrote them: a growing file grows by whole
segments, any other is replaced at once, a checkpoint is complete or absent. So pages and commands
read them as ever, and need no network while they do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import IntegrityError, SetupError
from core.files import write_bytes, write_problem
from core.language import Message
from runner.failpoints import fail_here
from runner.sync.index import EMPTY, OBJECTS, next_version
from runner.sync.kept import Known
from runner.sync.removal import remove_gone
from runner.sync.shipped import begins_with, checkpoint_of, in_use_of, stamp_of, version_here

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.paths import Home
    from runner.sync.index import Entry, Index, Part
    from runner.sync.kept import Kept
    from runner.sync.object_store import ObjectStore

_AT_ONCE = 8  # requests
_BATCH = 64 << 20  # bytes in memory, about


@dataclass
class Fetched:
    """What one look has done.

    :ivar conflicts: files that are here, and are not as they came from the store.
    :ivar waiting: files of a model in use that must stay for now, and why.
    """

    files: int = 0
    received: int = 0
    conflicts: list[str] = field(default_factory=list)
    waiting: dict[str, Message] = field(default_factory=dict)


def always(_place: str | None) -> Message | None:
    """Where nobody chooses a model: it is replaced at any time."""
    return None


class Pull:
    """Fetches into one data directory.

    :param model_stays: why the model in use of a place must not be replaced now; None: it may be.
    """

    def __init__(
        self,
        home: Home,
        store: ObjectStore,
        index: Index,
        kept: Kept,
        model_stays: Callable[[str | None], Message | None] = always,
    ) -> None:
        self._model_stays = model_stays
        self.home, self.store, self.index, self.kept = home, store, index, kept
        self._done = Fetched()

    def look(self) -> Fetched:
        """Fetch what is new since the last look.

        :raises SetupError: the store can't be used, or nothing can be written here.
        :raises IntegrityError: an object is missing, or has other bytes than were committed.
        """
        self._done = Fetched()
        self.index.refresh()
        together: dict[str, dict[str, Entry]] = {}
        for name, entry in sorted(self.index.entries.items()):
            together.setdefault(_group(name), {})[name] = entry
        waiting: dict[str, tuple[Entry, int]] = {}
        for folder, entries in together.items():
            begins = {name: self._begin(name, entry) for name, entry in entries.items()}
            if self._stay(begins):
                continue
            whole = folder not in entries  # a checkpoint, a model in use: all of its files, or none
            for name, begin in begins.items():
                if begin is not None or (
                    whole and any(each is not None for each in begins.values())
                ):
                    waiting[name] = entries[name], 0 if whole else begin or 0
            if sum(entry.size - start for entry, start in waiting.values()) >= _BATCH:
                self._fetch(waiting)
                waiting = {}
        self._fetch(waiting)
        gone, stay = remove_gone(self.kept, self.index, self._place)
        self._done.conflicts += stay
        if gone or self.kept.index.get("number") != self.index.number:
            self._keep()
        return self._done

    def _begin(self, name: str, entry: Entry) -> int | None:
        """From which byte the file is fetched; None: it is here, or something else is."""
        path, known = self._place(name), self.kept.files.get(name)
        try:
            stamp = stamp_of(path)
        except FileNotFoundError:
            return 0
        if known is None:
            return self._found(path, name, entry)
        if known.version == entry.version and stamp[0] >= entry.size:
            return None
        start = entry.size_at(known.version) if entry.grows else 0
        if stamp == known.stamp:
            return start
        if entry.grows:
            if start == 0:
                return self._found(path, name, entry)
            with path.open("rb", buffering=0) as file:
                same = stamp[0] >= start and begins_with(file.fileno(), start, entry)
            return start if same else self._differs(name)
        here = version_here(path)
        if here == entry.version:  # a kill came before this was kept
            self.kept.files[name] = Known(here, entry.size, stamp, known.pulled)
            return None
        return 0 if here == known.version else self._differs(name)

    def _differs(self, name: str) -> int | None:
        self._done.conflicts.append(name)
        return None

    def _stay(self, begins: dict[str, int | None]) -> bool:
        """Whether files that belong together are left: one differs, or a model must stay now."""
        new = [name for name, begin in begins.items() if begin is not None]
        if not begins.keys().isdisjoint(self._done.conflicts):
            self._done.conflicts += new
            return True
        in_use = in_use_of(new[0]) if new else None
        if in_use is None or not self._place(f"{in_use[0]}.zip").exists():
            return False
        why = self._model_stays(in_use[1])
        if why is not None:
            self._done.waiting.update(dict.fromkeys(new, why))
        return why is not None

    def _found(self, path: Path, name: str, entry: Entry) -> int | None:
        """A file that was here before: what it is, if it is the same or begins so."""
        at, version = 0, EMPTY
        with path.open("rb") as file:
            for part in entry.parts:
                block = file.read(part.size)
                if not block and entry.grows and at:
                    break
                if hashlib.sha256(block).hexdigest() != part.sha256:
                    self._done.conflicts.append(name)
                    return None
                at, version = at + part.size, next_version(version, part.sha256)
            if file.read(1) and not entry.grows:
                self._done.conflicts.append(name)
                return None
        self.kept.files[name] = Known(version, at)
        return None if version == entry.version else at

    def _fetch(self, waiting: dict[str, tuple[Entry, int]]) -> None:
        """Get the parts and write the files; those of one checkpoint together."""
        wanted: dict[str, dict[tuple[int, int], Part]] = {}
        for entry, start in waiting.values():
            for part in _parts(entry, start):
                wanted.setdefault(part.object, {})[part.at, part.at + part.size] = part
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            blocks = dict(pool.map(self._object, wanted.items()))
        together: dict[str, list[str]] = {}
        for name in waiting:
            together.setdefault(checkpoint_of(name) or name, []).append(name)
        for folder, names in together.items():
            files = {}
            for name in names:
                entry, start = waiting[name]
                files[name] = b"".join(
                    blocks[part.object][part.at, part.at + part.size]
                    for part in _parts(entry, start)
                )
            if checkpoint_of(names[0]) is None:
                (name,) = names
                if not self._write(name, *waiting[name], files[name]):
                    self._done.conflicts.append(name)
                    continue
            else:
                self._write_checkpoint(self._place(folder), files)
            for name in names:
                entry = waiting[name][0]
                self.kept.files[name] = Known(
                    entry.version, entry.size, stamp_of(self._place(name)), pulled=True
                )
                self._done.files += 1
                self._done.received += len(files[name])
            fail_here("sync_fetched")
        if waiting:
            self._keep()

    def _object(
        self, asked: tuple[str, dict[tuple[int, int], Part]]
    ) -> tuple[str, dict[tuple[int, int], bytes]]:
        """The wanted ranges of one object, each with the hash that was committed."""
        name, ranges = asked
        found = self.store.ranges(f"{OBJECTS}/{name}", list(ranges))
        for block, part in zip(found or [], ranges.values(), strict=bool(found)):
            if hashlib.sha256(block).hexdigest() != part.sha256:
                found = None
                break
        if found is None:
            raise IntegrityError(
                Message("Object {name} of the store is missing or was changed.", name=name),
                Message("Nothing was written here. Ship again to another prefix (sync_url)."),
            )
        return name, dict(zip(ranges, found, strict=True))

    def _write(self, name: str, entry: Entry, start: int, content: bytes) -> bool:
        """Replace or continue a file; False: it was continued here by something else."""
        path = self._place(name)
        if start == 0:
            write_bytes(path, content)
            return True
        try:
            # Appended: never over what is written here meanwhile.
            with open(path, "a+b", buffering=0, opener=_existing) as file:
                file.seek(start)
                more = file.read()  # after a kill the first of the same bytes
                if not content.startswith(more[: len(content)]):
                    return False
                view = memoryview(content)[len(more) :]
                while view:
                    view = view[file.write(view) :]
                os.fsync(file.fileno())
        except OSError as error:
            raise SetupError(
                write_problem(path, error),
                Message("Check the folder's permissions and the free space."),
            ) from error
        return True

    def _write_checkpoint(self, folder: Path, files: dict[str, bytes]) -> None:
        """The whole folder, or none: a part of it is not to be seen."""
        partial = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        for name, content in files.items():
            write_bytes(partial / name.rpartition("/")[2], content)
        if folder.exists():  # of an earlier version of the step, or cut by a kill
            old = folder.with_name(f".{folder.name}.replaced")
            shutil.rmtree(old, ignore_errors=True)
            folder.rename(old)
            shutil.rmtree(old, ignore_errors=True)
        partial.rename(folder)

    def _place(self, name: str) -> Path:
        """Where a file stands here; never through a link out of the data directory.

        :raises SetupError: a link leads elsewhere.
        """
        path = self.home.root / name
        if not path.parent.resolve().is_relative_to(self.home.root.resolve()):
            raise SetupError(
                Message("{path} leads out of the data directory.", path=str(path.parent)),
                Message("Replace the symbolic link with what it leads to."),
            )
        return path

    def _keep(self) -> None:
        self.kept.index = self.index.state()
        self.kept.write(self.home)


def _parts(entry: Entry, start: int) -> list[Part]:
    at, found = 0, []
    for part in entry.parts:
        if at >= start:
            found.append(part)
        at += part.size
    return found


def _group(name: str) -> str:
    """What a file becomes visible together with; itself if that is nothing."""
    in_use = in_use_of(name)
    return in_use[0] if in_use else checkpoint_of(name) or name


def _existing(path: str, flags: int) -> int:
    return os.open(path, flags & ~os.O_CREAT)
