"""Reads files of attempts, which may be absent, partial or very large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.files import end_of
from core.limited_files import MOST_RECORD, read_limited

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
