"""Files that are complete or absent, their hashes, and the last bytes of growing ones."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from typing import TYPE_CHECKING, Any

from core.errors import SetupError
from core.language import Message

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ONLY, EVERYONE = 0o600, 0o666  # modes of new files; the umask narrows the second
TAIL_BYTES = 64 * 1024  # of a growing file; one line may be gigabytes long
# Escape sequences of ECMA-48 (CSI; OSC up to its end), then any other control character.
_COMMANDS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"
)


def write_bytes(path: Path, content: bytes, *, private: bool = False) -> Path:
    """Write through a temporary file, fsync and rename; creates the folder.

    :param private: only the owner may read and write the file.
    :raises SetupError: no write permission, or no space.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)  # of an earlier process with this pid
        mode = OWNER_ONLY if private else EVERYONE
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SetupError(
            write_problem(path, error),
            Message("Check the folder's permissions and the free space."),
        ) from error
    return path


def write_problem(path: Path, error: OSError) -> Message:
    """What to say of a file or folder that could not be written."""
    return Message(
        "{path} can't be written: {error}.", path=str(path), error=error.strerror or str(error)
    )


def require_private(path: Path) -> None:
    """Refuse a file or folder that its group or others may read, write or enter.

    :raises SetupError: they may; names the command that ends it.
    :raises OSError: there is no such file.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise SetupError(
            Message(
                "{path} is accessible to others (mode {mode}), so it is not used.",
                path=str(path),
                mode=f"{mode:03o}",
            ),
            Message(
                "Run chmod {mode} {path}, and find out who may have copied or changed it.",
                mode="700" if path.is_dir() else "600",
                path=str(path),
            ),
        )


def write_text(path: Path, text: str) -> Path:
    """:func:`write_bytes` for UTF-8 text, newlines as given."""
    return write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> Path:
    """:func:`write_bytes` for strict, readable JSON.

    :raises ValueError: it contains NaN or an infinity; a number that doesn't exist is null.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, text + "\n")


def own_folder(folder: Path, symbol: str) -> Path:
    """A symbol's own folder of candles in one of many, if it exists; else that one."""
    own = folder / symbol
    return own if symbol.isalnum() and own.is_dir() else folder


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power failure, where the system allows it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def end_of(path: Path) -> bytes:
    """The last bytes of a file of any size, at most :data:`TAIL_BYTES`.

    :raises OSError: it does not exist or can't be read.
    """
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return file.read(TAIL_BYTES)


def tail(path: Path, lines: int) -> str:
    """The last lines of a file of any size, at most 64 kB; "" if it does not exist.

    Bytes that are not UTF-8 become replacement characters; colours, titles and other
    terminal commands are removed.
    """
    try:
        text = _COMMANDS.sub("", end_of(path).decode("utf-8", "replace"))
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:]) if lines > 0 else ""
