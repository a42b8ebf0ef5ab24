"""Reads files of attempts, which may be absent, partial or very large."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.files import end_of
from core.limited_files import MOST_RECORD, read_limited

if TYPE_CHECKING:
    from pathlib import Path

BUSY_TIMEOUT_S = 15.0  # how long a write waits for other writers of the store
LOG_BYTES, LOG_FILES = 10_000_000, 10


def read_json(path: Path) -> Mapping[str, Any] | None:
    """A JSON object from a file; None if it is absent, unreadable, partial or not JSON.

    NaN, infinity and duplicate names are not accepted. A partial file can be read again
    when it is complete.
    """
    try:
        return parse_json(read_limited(path, MOST_RECORD))
    except OSError:
        return None


def parse_json(text: bytes) -> Mapping[str, Any] | None:
    """A JSON object from its bytes, as strict as :func:`read_json`."""
    try:
        read = json.loads(text.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def place_of(folder: Path) -> dict[str, Any]:
    """What tells a folder from a copy of it; see :func:`is_place`."""
    return {"path": str(folder.resolve()), "inode": folder.stat().st_ino}


def is_place(stored: object, folder: Path) -> bool:
    """Whether a file in the folder was written here, and did not come with a copy.

    A folder that was moved or renamed keeps its inode; one that a network disk shows under
    other numbers keeps its path. Files of earlier versions name no place.
    """
    if not isinstance(stored, Mapping):
        return True
    try:
        here = place_of(folder)
    except OSError:
        return False
    return any(stored.get(name) == here[name] for name in here)


def last_line(path: Path) -> Mapping[str, Any] | None:
    """The JSON object in the last complete line of a file."""
    try:
        lines = end_of(path).splitlines(keepends=True)
    except OSError:
        return None
    complete = [line for line in lines if line.endswith(b"\n")]
    return parse_json(complete[-1]) if complete else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("duplicate name")
    return read
