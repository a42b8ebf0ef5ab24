"""Reading the files of attempts, which may be absent, half-written or enormous."""

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

    Bytes that are no UTF-8 become replacement characters; colours, titles and other
    commands to a terminal are left out.
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
    """A JSON object from a file; None if it is absent, unreadable or half-written."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None
