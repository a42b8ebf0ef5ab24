"""The access token that a command was given, taken out of the environment."""

from __future__ import annotations

import os

from core.token_scopes import VARIABLE

_given: list[str] = []


def take_token() -> None:
    """Take the token: no program that is started from here finds it in its environment."""
    _given.clear()
    if token := os.environ.pop(VARIABLE, "").strip():
        _given.append(token)


def given_token() -> str | None:
    """The token of this command; None: it was given none."""
    return _given[0] if _given else None
