"""How this process lets people in. Set once, before it serves: nothing changes it while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SetupError
from core.language import Message

if TYPE_CHECKING:
    from runner.client.entry import Entry, Session

_entry: Entry | None = None


def serve_through(entry: Entry) -> None:
    """Let people in through this entry alone."""
    global _entry
    _entry = entry


def entry() -> Entry:
    """The entry of this process.

    :raises SetupError: the pages were started past ``trainweek dashboard``, so nothing guards them.
    """
    if _entry is None:
        raise SetupError(
            Message("These pages were started without their guard."),
            Message("Start them with: trainweek dashboard"),
        )
    return _entry


def login_configured() -> bool:
    """Whether people sign in here, so that names are verified."""
    return _entry is not None and _entry.login is not None


def live_session(entry: Entry, token: str | None, named: str | None) -> Session | None:
    """The live session of a browser's token; none of another person than the proxy names.

    :param named: whom a proxy in front of the pages names; None: none does.
    """
    found = entry.session(token)
    return found if found and named in (None, found.name) else None


def session_cookie(port: int | str) -> str:
    """The name of the cookie with the session's token. Cookies don't differ by port, so the name does."""
    return f"trainweek_session_{port}"
