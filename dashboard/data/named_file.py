"""Files that a page names: found within the data directory, read up to a size.

No Streamlit here.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.files import end_of, tail
from core.language import Message
from core.timestamps import from_unix

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from core.paths import Home

ROOMS = ("logs", "models", "reports", "data")  # folders whose files may be shown
MOST_BYTES = 100_000_000  # of a download
MOST_LINES, MOST_ROWS, MOST_FILES = 200, 200, 50  # of a view
_NAME = re.compile(rf"(?<![\w./-])(?:{'|'.join(ROOMS)})/[\w./+-]*[\w+-]")


@dataclass(frozen=True)
class NamedFile:
    """A file, or a folder, within the data directory."""

    name: str  # relative to the data directory
    path: Path
    size: int
    written: datetime

    @property
    def too_large(self) -> bool:
        """Whether it is not offered as a download."""
        return self.size > MOST_BYTES


def find(home: Home, name: str) -> NamedFile | Message:
    """A file by its name relative to the data directory; a sentence if it can't be shown.

    Nothing outside of the data directory is reached: not by ``..``, not by an absolute path and
    not by a symbolic link. Database, signing key and settings are not shown.
    """
    root = home.root.resolve()
    try:
        path = (root / name).resolve()
        inside = path.is_relative_to(root) and _shown(path, root)
        if not inside or path.is_relative_to(home.state.resolve()):
            return Message("{name} is not shown: it is outside of what pages may read.", name=name)
        if not (path.is_file() or path.is_dir()):  # to read a pipe or a device waits for ever
            raise FileNotFoundError(name)
        found = path.stat()
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return Message("{name} does not exist (any more).", name=name)
    name = path.relative_to(root).as_posix()
    return NamedFile(name, path, found.st_size, from_unix(found.st_mtime))


def named_in(home: Home, *texts: str | None) -> list[NamedFile]:
    """The files and folders that texts name and that exist, each once."""
    names = [name for text in texts if text for name in _NAME.findall(text)]
    found = (find(home, name) for name in dict.fromkeys(names))
    return [each for each in found if isinstance(each, NamedFile)]


def files_of(home: Home, folder: NamedFile) -> list[NamedFile]:
    """The first files of a folder, by name."""
    names = sorted(path.name for path in folder.path.iterdir() if path.is_file())[:MOST_FILES]
    found = (find(home, f"{folder.name}/{name}") for name in names)
    return [each for each in found if isinstance(each, NamedFile)]


def is_text(file: NamedFile) -> bool:
    """Whether its end is text: UTF-8 without NUL. A cut first character doesn't count."""
    try:
        end = end_of(file.path)
    except OSError:
        return False
    if b"\0" in end:
        return False
    try:
        end.lstrip(bytes(range(0x80, 0xC0))).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def last_lines(file: NamedFile) -> str:
    """The end of a text file; terminal commands are removed."""
    return tail(file.path, MOST_LINES)


def table(file: NamedFile) -> list[dict[str, str]] | None:
    """The first rows of a small CSV with a header; None for another file."""
    if file.path.suffix != ".csv" or file.size > MOST_BYTES:
        return None
    try:
        with file.path.open(encoding="utf-8", newline="") as source:
            head = source.readline()
            rows = io.StringIO("".join(source.readline() for _ in range(MOST_ROWS)))
            heads = next(csv.reader([head]), [])
            return [dict(zip(heads, row, strict=False)) for row in csv.reader(rows)]
    except (OSError, ValueError, csv.Error):
        return None


def _shown(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return bool(parts) and parts[0] in ROOMS and not any(part.startswith(".") for part in parts)
