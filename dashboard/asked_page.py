"""The page that somebody asked for before being let in: where they go once they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection
    from starlette.responses import Response

# A page of ours below the base path, with its query; never another site.
_PAGE = re.compile(r"/[a-z_]*(\?[\w.~%=&+:-]*)?", re.ASCII)
_LONGEST = 1000  # characters: it is kept in a cookie
_VALID_S = 600


def own_page(given: object, base: str) -> str:
    """The address of a page below the base path; the first page for anything else."""
    if not isinstance(given, str) or len(given) > _LONGEST:
        return f"{base}/"
    path = given.removeprefix(base)
    return base + path if _PAGE.fullmatch(path) else f"{base}/"


def keep_asked(answer: Response, asked: str, port: int, base: str) -> None:
    """Keep it in the browser until the one-time link is there, which knows no page."""
    answer.set_cookie(
        _cookie(port),
        quote(asked),
        max_age=_VALID_S,
        path=base or "/",
        httponly=True,
        samesite="lax",
    )


def asked_before(connection: HTTPConnection, port: int, base: str) -> str:
    """What was kept, if it is a page of ours; else the first page."""
    return own_page(unquote(connection.cookies.get(_cookie(port), "")), base)


def forget_asked(answer: Response, connection: HTTPConnection, port: int, base: str) -> None:
    """It counts once."""
    if _cookie(port) in connection.cookies:
        answer.delete_cookie(_cookie(port), path=base or "/")


def _cookie(port: int) -> str:
    return f"trainweek_asked_{port}"
