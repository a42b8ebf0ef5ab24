"""Error texts for wrong field values: what was given, what is expected, the likely name."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from core.language import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic import BaseModel

_MAX_SHOWN = 60  # characters of a value that an error shows


def shown(value: object) -> str:
    """Any value as an error shows it: short, without control characters."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # more digits than Python prints; nested too deep
        return f"a huge {type(value).__name__}"
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 1]}…"


def nearest(name: str, known: Iterable[str], also_called: Mapping[str, str] | None = None) -> str:
    """The known name that was probably meant; empty if there is none.

    :param also_called: other common names, mapped to the names used here.
    """
    plain = name.strip().lower().replace("-", "_")
    called = {each.lower(): each for each in known}
    called |= {other: mine for other, mine in (also_called or {}).items() if mine in set(known)}
    return next((called[each] for each in difflib.get_close_matches(plain, called, n=1)), "")


def schemas(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """JSON schema of each field by its public name, without the null of an optional one."""
    whole = model.model_json_schema(by_alias=True)
    made = {}
    for name, schema in whole.get("properties", {}).items():
        given = next((s for s in schema.get("anyOf", ()) if s.get("type") != "null"), schema)
        if reference := given.get("$ref"):
            given = whole["$defs"][reference.rsplit("/", maxsplit=1)[-1]]
        made[name] = given
    return made


def wanted(model: type[BaseModel], name: str) -> Message:
    """What a value of this field must be.

    :raises ValueError: the field's schema has no known form.
    """
    schema = schemas(model)[name]
    match schema:
        case {"enum": options}:
            return Message("one of {options}", options=", ".join(options))
        case {"type": "integer", "minimum": low, "maximum": high}:
            return Message("a whole number from {low:,} to {high:,}", low=low, high=high)
        case {"type": "number", "minimum": low, "maximum": high}:
            return Message("a number from {low:,.12g} to {high:,.12g}", low=low, high=high)
        case {"type": "boolean"}:
            return Message("true or false")
        case {"type": "array"}:
            return Message('a JSON list of words, for example ["program", "argument"]')
        case {"type": "object"}:
            return Message("a JSON object written by trainweek")
        case {"type": "string", "format": "date"}:
            return Message("a day, for example 2026-02-24")
        case {"type": "string", "format": "date-time"}:
            return Message("a time with its zone, for example 2026-11-23T14:00Z")
        case {"type": "string", "format": "folder-name"}:
            return Message("text that is a valid folder name")
        case {"type": "string", "format": "store-address", "examples": [example]}:
            return Message(
                "an address such as {example}, without a password: PGPASSWORD or the file of"
                " PGPASSFILE holds it",
                example=example,
            )
        case {"type": "string", "format": "sync-address"}:
            return Message(
                "an address such as {examples}, without keys: they stand in sync.toml or the"
                " environment",
                examples="s3://bucket/team, gs://bucket/team, az://container/team, file:///folder",
            )
        case {"type": "string", "format": "line", "minLength": low, "maxLength": high}:
            return Message(
                "text of {low:,} to {high:,} characters on one line, without control characters",
                low=low,
                high=high,
            )
        case {"type": "string", "maxLength": longest}:
            return Message(
                "text of at most {n:,} characters, without control characters", n=longest
            )
    raise ValueError(f"{name} of {model.__name__} says nothing about its values: {schema}")
