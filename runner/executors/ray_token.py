"""The token of a Ray cluster, as Ray's own client finds it."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import SetupError
from core.language import Message, literal
from runner.executors.executor import RAY_TOKEN


def headers() -> dict[str, str]:
    """Those of each request, with the token: of a variable, of a file that one names, of a file.

    :raises SetupError: the file can't be read, or what stands there is no token.
    """
    token = os.environ.get(RAY_TOKEN, "").strip()
    if not token:
        named = os.environ.get(f"{RAY_TOKEN}_PATH")
        path = Path(named) if named else Path.home() / ".ray" / "auth_token"
        try:
            token = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            token = ""
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(
                Message("The token of Ray can't be read: {path}.", path=str(path)),
                literal(str(error)),
            ) from None
    if not (token.isascii() and token.isprintable()):  # an error of the library would show it
        raise SetupError(
            Message("The token of Ray has characters that no token has."),
            Message("See {variable} and {file}.", variable=RAY_TOKEN, file=f"{RAY_TOKEN}_PATH"),
        )
    headers = {"Content-Type": "application/json"}
    return headers | ({"Authorization": f"Bearer {token}"} if token else {})
