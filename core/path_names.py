"""Names of files and folders: valid on all systems, written out, not yet taken."""

from __future__ import annotations

import re
from pathlib import Path

from core.errors import InputError, SetupError
from core.field_hints import shown
from core.language import Message

_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def safe_name(name: str, what: str = "name") -> str:
    """The name itself, if it is a valid folder name on all systems.

    :raises InputError: path separators, control characters, too long, leading dot.
    """
    if not _SAFE_NAME.fullmatch(name):
        raise InputError(
            Message("The {what} {name} is not a valid folder name.", what=what, name=shown(name)),
            Message("Use letters, digits, dot, dash and underscore, at most 120."),
        )
    return name


def expanded(path: str | Path) -> Path:
    """The path with ``~`` and ``~user`` replaced by that user's home folder.

    :raises InputError: there is no such user.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(
            Message("{path} begins with a user that does not exist.", path=str(path)),
            Message("Write the path out, or use ~/ for your own home folder."),
        ) from error


def resolved(path: str | Path) -> Path:
    """The absolute path without symbolic links; ``~`` is replaced.

    :raises InputError: the home folder of an unknown user, or links in a circle.
    """
    try:
        return expanded(path).resolve()
    except RuntimeError as error:
        raise InputError(
            Message("{path} is a symbolic link that leads to itself.", path=str(path)),
            Message("Replace it with what it should lead to."),
        ) from error


def numbered(path: Path) -> Path:
    """A free name next to ``path`` (``CRASH_backup.2.log``), to keep an earlier file."""
    if not path.exists():
        return path
    number = 2
    while (candidate := path.with_suffix(f".{number}{path.suffix}")).exists():
        number += 1
    return candidate


def no_folder(path: Path) -> SetupError:
    """The error for a data directory that is not there, or is not a folder."""
    what = (
        Message("{path} is not a folder.", path=str(path))
        if path.exists()
        else Message("There is no folder {path}.", path=str(path))
    )
    return SetupError(what, Message("Choose another with --home, or create it."))
