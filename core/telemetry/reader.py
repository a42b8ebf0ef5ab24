"""The reader of a run: all event files below a folder, read incrementally and stitched."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import TelemetryError
from core.language import Message, literal, plural
from core.telemetry.problems import Fault, FileProblem
from core.telemetry.run_events import RunEvents
from core.telemetry.tail import EventFile

if TYPE_CHECKING:
    from collections.abc import Iterator

Inode = tuple[int, int]  # device and inode


class RunReader(RunEvents):
    """Reads the TensorBoard events of one run; each refresh reads only new bytes.

    Files are found by ``tfevents`` in their name, in the folder and all below it, and
    ordered by their first wall time. All methods may be called from several threads;
    callers that need several consistent reads use :meth:`events`.

    :param path: a folder (it may not exist yet), or one event file under any name.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path))
        self._tails: dict[Inode, EventFile] = {}
        self._lost: dict[str, FileProblem] = {}  # deleted or unreachable, by name
        self._unreachable: dict[str, str] = {}  # at the last look; why, by name
        self._frozen: RunEvents | None = None

    def events(self) -> RunEvents:
        """The events as of the last refresh; the same object until there is something new."""
        with self._lock:
            if self._frozen is None:
                self._frozen = RunEvents(
                    self.path, self._files, self._missing, self._curves, self._lock
                )
            return self._frozen

    def refresh(self) -> None:
        """Read what was written since the last call.

        :raises TelemetryError: a folder exists, but may not be listed.
        """
        with self._lock:
            root = self.path.parent if self.path.is_file() else self.path
            found = self._find()
            before, self._tails = self._tails, {}
            known = {file.path: inode for inode, file in before.items() if inode not in found}
            for inode, path in found.items():
                name = path.relative_to(root).as_posix()
                # Known by inode, wherever it was moved; else the one that was here before.
                file = before.pop(inode, None)
                if file is None and path in known:
                    file = before.pop(known[path], None)
                file = file or EventFile(path, name)
                file.path, file.name = path, name
                try:
                    file.refresh()
                except FileNotFoundError:
                    before[inode] = file
                    continue
                self._tails[inode] = file
                self._lost.pop(name, None)
            for inode, file in before.items():
                if file.name in self._unreachable:  # it need not be gone
                    file.unreadable(self._unreachable[file.name])
                    self._tails[inode] = file
                    self._lost.pop(file.name, None)
                    continue
                detail = plural(
                    "file deleted, with {n:,} point",
                    "file deleted, with {n:,} points",
                    file.points,
                )
                self._lost[file.name] = FileProblem(
                    file.name, Fault.DELETED, detail, file.last_wall
                )
            files = tuple(file.events for file in self._tails.values())
            lost = tuple(self._lost.values())
            if files != self._files or lost != self._missing:
                self._take(files, lost)
                self._frozen = None

    def _find(self) -> dict[Inode, Path]:
        """Event files by inode; of several links to one file the first is used."""
        if self.path.is_file():
            paths = [self.path]
        else:
            paths = [
                folder / name
                for folder, names in _folders(self.path)
                for name in sorted(names)
                if "tfevents" in name
            ]
        found: dict[Inode, Path] = {}
        self._unreachable = {}
        for path in paths:
            try:
                stat = path.stat()
            except FileNotFoundError:
                continue  # deleted since, or a dangling link
            except OSError as error:
                name = path.relative_to(self.path).as_posix()
                why = self._unreachable[name] = error.strerror or str(error)
                self._lost[name] = FileProblem(name, Fault.UNREADABLE, literal(why))
                continue
            found.setdefault((stat.st_dev, stat.st_ino), path)
        return found


def _folders(root: Path) -> Iterator[tuple[Path, list[str]]]:
    """Folders below a root with the names of their files, each folder once.

    Linked folders are read as TensorBoard reads them, after all others: where a folder is
    reached by two ways, its own place gives the name.
    """
    seen: set[Inode] = set()
    waiting = [root]
    while waiting:
        links: list[Path] = []
        for name, below, names in os.walk(waiting.pop(0), onerror=_refuse):
            folder = Path(name)
            try:
                stat = folder.stat()
            except FileNotFoundError:
                below.clear()
                continue  # deleted since
            if (stat.st_dev, stat.st_ino) in seen:
                below.clear()
                continue
            seen.add((stat.st_dev, stat.st_ino))
            below.sort()
            links += [path for name in below if (path := folder / name).is_symlink()]
            yield folder, names
        waiting += links


def _refuse(error: OSError) -> None:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return  # does not exist yet, or no longer
    raise TelemetryError(
        Message(
            "The folder {folder} can't be listed: {error}.",
            folder=str(error.filename),
            error=error.strerror or str(error),
        ),
        Message("Check the folder's permissions."),
    ) from error
