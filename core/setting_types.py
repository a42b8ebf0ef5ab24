"""Types of settings: numbers and commands as environment variables and YAML write them."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_settings import NoDecode

from core.text_rules import readable


def _no_truth_value(given: object) -> object:
    if isinstance(given, bool):
        raise ValueError("true and false are not numbers")
    return given


def _words(given: object) -> object:
    try:
        return json.loads(given) if isinstance(given, str) else given
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


Number = Annotated[float, BeforeValidator(_no_truth_value)]
Count = Annotated[int, BeforeValidator(_no_truth_value)]
Command = Annotated[
    tuple[
        Annotated[str, StringConstraints(min_length=1, strict=True), AfterValidator(readable)], ...
    ],
    NoDecode,
    BeforeValidator(_words),
]
HttpAddress = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s/@?#]+(/[^\s?#]*)?$", max_length=300)
]
RayAddress = HttpAddress
SyncAddress = Annotated[
    str,
    StringConstraints(
        # No user, no password, no options: keys are kept apart.
        pattern=r"^((s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9._=-]+)*|file:///[^\s?#@]+)/?$",
        max_length=300,
    ),
    Field(json_schema_extra={"format": "sync-address"}),
]
