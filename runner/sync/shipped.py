"""Which files of a data directory are shipped, and how far a growing one is complete."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.errors import IntegrityError
from core.run_paths import MODEL
from runner.models.checkpoints import PARTS, folders, verify_checkpoint
from runner.sync.index import EMPTY, next_version, sha256_of, shipped_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from core.paths import Home
    from runner.sync.index import Entry

BLOCK = 8 << 20  # bytes of a part
_IN_USE = re.compile(rf"(models/(?:([^/]+)/)?{MODEL}/best_model)\.[^/]+")

Grows = Literal["records", "lines"]
Stamp = tuple[int, int, int]  # size, mtime and inode


@dataclass(frozen=True)
class Source:
    """One file here.

    :ivar name: relative to the data directory, with slashes.
    :ivar grows: what it is appended to by; None: it is replaced as a whole.
    """

    path: Path
    name: str
    grows: Grows | None = None


def growing_files(home: Home, skipped: set[str]) -> Iterator[Source]:
    """Event files and the training logs, of each place of runs.

    :param skipped: takes the names of files that should be shipped and can't be.
    """
    for place in home.places():
        for folder, below, names in os.walk(place.tensorboard):
            _name_links(home, folder, below, skipped)
            below.sort()
            for name in sorted(names):
                if "tfevents" in name:
                    yield from _source(home, home.root.__class__(folder, name), "records", skipped)
        if place.training_log.is_file():
            yield from _source(home, place.training_log, "lines", skipped)


def whole_files(home: Home, skipped: set[str]) -> Iterator[Source]:
    """Models with what belongs to them, reports, daily summaries: not checkpoints, not the ledger."""
    places = home.places()
    checkpoints = [place.checkpoints for place in places]
    roots = [root for place in places for root in (place.model, place.daily_summaries)]
    for root in (*roots, home.root / "reports"):
        for folder, below, names in os.walk(root):
            _name_links(home, folder, below, skipped)
            below[:] = sorted(each for each in below if not each.startswith("."))
            for name in sorted(names):
                path = root.__class__(folder, name)
                if not any(map(path.is_relative_to, checkpoints)):
                    yield from _source(home, path, None, skipped)


def checkpoints(home: Home, skipped: set[str]) -> Iterator[tuple[str, list[Source]]]:
    """Name and files of each checkpoint folder; its manifest is the last."""
    for folder in (one for place in home.places() for one in folders(place.checkpoints)):
        names = sorted(path.name for path in folder.iterdir() if path.name in PARTS)
        found = [
            source
            for name in (*names, "manifest.json")
            for source in _source(home, folder / name, None, skipped)
        ]
        yield folder.relative_to(home.root).as_posix(), found


def is_whole(sources: Sequence[Source]) -> bool:
    """Whether a checkpoint's files have the hashes of its manifest, all of them."""
    try:
        verify_checkpoint(sources[0].path.parent)
    except (IntegrityError, IndexError):
        return False
    return len(sources) == len(PARTS) + 1


def checkpoint_of(name: str) -> str | None:
    """The checkpoint folder that a shipped file belongs to."""
    folder, _, _ = name.rpartition("/")
    above, _, step = folder.rpartition("/")
    return folder if above.endswith("/checkpoints") and step.isdigit() else None


def in_use_of(name: str) -> tuple[str, str | None] | None:
    """If a shipped file belongs to a model in use: what its files begin with, and its place."""
    found = _IN_USE.fullmatch(name)
    return None if found is None else (found[1], found[2])


def begins_with(file: int, size: int, entry: Entry, compared: int = 0) -> bool:
    """Whether a growing file begins as it does in the store, as far as its first bytes tell.

    :param size: of these first bytes.
    :param compared: bytes that were compared before: of them only the last part is again.
    """
    at = 0
    for part in entry.parts:
        end = at + part.size
        if end > size:
            break
        if end >= compared and sha256_of(os.pread(file, part.size, at)) != part.sha256:
            return False
        at = end
    return True


def version_here(path: Path) -> str:
    """The version of a file that is replaced as a whole, as shipping would name it."""
    version = EMPTY
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            version = next_version(version, sha256_of(block))
    return version


def stamp_of(descriptor: int | Path) -> Stamp:
    """What changes when a file does."""
    found = os.stat(descriptor)  # noqa: PTH116 (a descriptor, too)
    return found.st_size, found.st_mtime_ns, found.st_ino


def complete_end(block: bytes, grows: Grows, at_end: bool) -> int:
    """Bytes of the block that are whole records or lines.

    A record that is damaged can't become whole: it is shipped as it is, so that others see the
    damage, too.

    :param at_end: the file has no more bytes now.
    """
    if grows == "lines":
        return block.rfind(b"\n") + 1 or (0 if at_end else len(block))
    from core.telemetry.frames import AROUND, FRAME, MAX_RECORD, length_in, whole_records

    end = whole_records(block).end
    frame = block[end : end + FRAME]
    if len(frame) < FRAME:
        return end
    length = length_in(frame)
    waits = length is not None and length <= MAX_RECORD
    if waits and (at_end or end):
        return end
    if waits and length is not None and AROUND + length > len(block):
        return len(block)  # one record larger than a block
    if not any(frame) and at_end:
        return end  # space that was reserved, and may be filled
    return len(block)


def _source(home: Home, path: Path, grows: Grows | None, skipped: set[str]) -> Iterator[Source]:
    """The file, if it is an ordinary one with a name that can be shipped."""
    name = path.relative_to(home.root).as_posix()
    try:
        shipped_path(name)
    except ValueError:
        if not path.name.startswith(".") and not path.is_relative_to(home.ledger.parent):
            skipped.add(name)
        return
    if path.is_symlink():
        skipped.add(name)
    elif path.is_file():
        yield Source(path, name, grows)


def _name_links(home: Home, folder: str, below: Sequence[str], skipped: set[str]) -> None:
    """Folders that are links are not walked."""
    for each in below:
        path = home.root.__class__(folder, each)
        if path.is_symlink():
            skipped.add(path.relative_to(home.root).as_posix())
