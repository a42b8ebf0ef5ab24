"""The address of a shared store: a PostgreSQL URL that holds no password."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

SCHEMES = ("postgresql", "postgres", "postgresql+psycopg")
EXAMPLE = "postgresql://trainweek@db.example.org:5432/trainweek"
HIDDEN = "***"
_LONGEST = 500
_NAME_END = re.compile("[:@/?]")


def checked_address(given: str) -> str:
    """The same address, if it can be used.

    :raises ValueError: not PostgreSQL's, no database is named, or it holds a password.
    """
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"not an address such as {EXAMPLE}") from error
    if parts.scheme not in SCHEMES:
        raise ValueError(f"not an address such as {EXAMPLE}")
    if not parts.path.strip("/"):
        raise ValueError("the database's name is missing at the end of the address")
    if any(character.isspace() or not character.isprintable() for character in given):
        raise ValueError("no spaces and no control characters")
    if has_password(given):
        raise ValueError("a password in the address can be read by others")
    return given


def has_password(given: str) -> bool:
    """Whether an address holds a password, where it is shown or listed with the processes."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return False
    return bool(parts.password) or any(
        name.lower() in ("password", "sslpassword") for name, _ in parse_qsl(parts.query)
    )


def shown_address(given: str) -> str:
    """The address for people: what could be a password is hidden, options are left out."""
    head, separator, rest = given.partition("://")
    if not separator:
        return HIDDEN if "@" in given else given
    place, _, options = rest.partition("?")
    if "@" in options:  # a password may have any character, also in the options
        return unquote(f"{head}{separator}{_NAME_END.split(rest)[0]}:{HIDDEN}")
    user, at, server = place.rpartition("@")
    name, colon, password = user.partition(":")
    secret = f"{name}{colon}{HIDDEN}" if colon and password else user
    return unquote(f"{head}{separator}{secret}{at}{server}")


StoreAddress = Annotated[
    str,
    Field(
        json_schema_extra={"format": "store-address", "examples": [EXAMPLE]}, max_length=_LONGEST
    ),
    AfterValidator(checked_address),
    BeforeValidator(lambda given: given.strip() if isinstance(given, str) else given),
]
