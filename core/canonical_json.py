"""The canonical text of a record, for its hash and its signature."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from core.errors import InputError
from core.language import Message

_ENCODER = json.JSONEncoder(  # made once: a rebuild asks for hundreds of thousands of texts
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical(fields: Mapping[str, Any]) -> str:
    """Sorted keys, no spaces, UTF-8, no NaN.

    :raises InputError: a value that no JSON file can hold; names its place.
    """
    try:
        text = _ENCODER.encode(fields)
        text.encode()
    except ValueError as error:
        place, value = _unrecordable(fields) or ("", error)
        raise InputError(
            Message("{place} can't be recorded: {value}.", place=place, value=ascii(value)),
            Message("Use finite numbers, and text that is valid Unicode."),
        ) from error
    return text


def canonical_sha256(fields: Mapping[str, Any]) -> str:
    """Hex SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def _unrecordable(fields: Any, place: str = "") -> tuple[str, Any] | None:
    """The first place whose value has no canonical text, and the value.

    NaN, infinities, and text with half of a surrogate pair (bytes that were not UTF-8).
    """
    if isinstance(fields, Mapping):
        for name, value in fields.items():
            found = _unrecordable(str(name), place) or _unrecordable(
                value, f"{place}.{name}".strip(".")
            )
            if found:
                return found
    elif isinstance(fields, list | tuple):
        for value in fields:
            if found := _unrecordable(value, place):
                return found
    elif isinstance(fields, float) and not math.isfinite(fields):
        return place, fields
    elif isinstance(fields, str) and not fields.isascii():
        try:
            fields.encode()
        except UnicodeEncodeError:
            return place, fields
    return None
