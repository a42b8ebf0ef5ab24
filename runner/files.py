"""Reads files of attempts, which may be absent, partial or very large."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TAIL_BYTES = 64 * 1024  # of an output file; one line may be gigabytes long
# Escape sequences of ECMA-48 (CSI; OSC up to its end), then any other control character.
_COMMANDS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]"
)


def tail(path: Path, lines: int) -> str:
    """The last lines of a file of any size, at most 64 kB; "" if it is absent.

    Invalid UTF-8 becomes replacement characters; terminal escape sequences are removed.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    text = _COMMANDS.sub("", text)
    return "\n".join(text.splitlines()[-lines:]) if lines > 0 else ""


def read_json(path: Path) -> Mapping[str, Any] | None:
    """A JSON object from a file; None if it is absent, unreadable, partial or not JSON.

    NaN, infinity and duplicate names are not accepted. A partial file can be read again
    when it is complete.
    """
    try:
        return parse_json(path.read_bytes())
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
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().splitlines(keepends=True)
    except OSError:
        return None
    whole = [line for line in lines if line.endswith(b"\n")]
    return parse_json(whole[-1]) if whole else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("duplicate name")
    return read
