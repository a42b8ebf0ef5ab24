"""Reads files of attempts, which may be absent, partial or very large, and a file of settings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from core.errors import InputError, SetupError
from core.files import end_of
from core.language import Message
from core.playbook.yaml_tree import TreeError, read_tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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


def read_yaml_settings(path: Path) -> dict[str, Any]:
    """``name: value`` lines of a YAML file; empty without a file, or if all is commented out.

    :raises InputError: it is not YAML, not UTF-8, or not a list of settings.
    :raises SetupError: it can't be read.
    :raises NotADirectoryError: a part of its path is a file.
    """
    an_example = Message("Write one setting per line, for example `stop_grace_s: 60`.")
    try:
        text = path.read_text(encoding="utf-8")
        if all(not line.strip() or line.strip().startswith("#") for line in text.splitlines()):
            return {}
        values = read_tree(text).data
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise
    except OSError as error:
        raise SetupError(
            Message(
                "{file} can't be read: {why}.", file=str(path), why=error.strerror or str(error)
            ),
            Message("Remove it, or make it a file of settings.")
            if isinstance(error, IsADirectoryError)
            else Message("Fix its permissions."),
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            Message("{file} is not UTF-8 text.", file=str(path)), Message("Save it as UTF-8.")
        ) from error
    except TreeError as error:
        raise InputError(
            Message(
                "{file}, line {line}: {problem}.",
                file=str(path),
                line=error.line,
                problem=error.what,
            ),
            an_example,
        ) from error
    if not isinstance(values, dict):
        raise InputError(Message("{file} is not a list of settings.", file=str(path)), an_example)
    return values
