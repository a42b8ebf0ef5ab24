"""Files that are complete or absent, and their fingerprints."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from core.errors import SetupError


def write_bytes(path: Path, content: bytes) -> Path:
    """Write through a temporary neighbour, fsync and rename; makes the folder.

    :raises SetupError: no right to write there, or no space.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SetupError(
            f"{path} can't be written: {error.strerror or error}.",
            "Check the folder's rights and the free space.",
        ) from error
    return path


def write_text(path: Path, text: str) -> Path:
    """:func:`write_bytes` for UTF-8 text, newlines as given."""
    return write_bytes(path, text.encode())


def write_json(path: Path, value: Any) -> Path:
    """:func:`write_bytes` for strict, readable JSON.

    :raises ValueError: a NaN or an infinity in it; a number that doesn't exist is null.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, text + "\n")


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` survive a power cut, where the system allows it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
