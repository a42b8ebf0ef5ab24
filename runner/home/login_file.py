"""The login file of a data directory, and whether it agrees with the access file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.files import require_private
from core.language import Message
from core.login import LoginError, parse_login, require_consistent
from core.paths import CHECKOUT
from runner.home.access_file import read_access

if TYPE_CHECKING:
    from core.access import AccessList
    from core.login import Login
    from core.paths import Home

_STREAMLIT = Path(".streamlit") / "secrets.toml"


@dataclass(frozen=True)
class SignIn:
    """How people get in: with a login, as listed; without one, by a one-time link."""

    login: Login | None
    access: AccessList | None


def read_sign_in(home: Home) -> SignIn:
    """Login and list of people, as the pages may be served with them.

    :raises LoginError, AccessError: one of them is wrong, or they contradict each other.
    :raises SetupError: others may read one of them.
    """
    login = read_login(home)
    access = read_access(home) if home.access.exists() else None
    require_consistent(login, access)
    return SignIn(login, access)


def read_login(home: Home) -> Login | None:
    """The configured login: ``login.toml``, else ``[auth]`` of Streamlit's secrets; None: none.

    :raises LoginError: a file is wrong, or two of them configure a login.
    :raises SetupError: others may read it.
    """
    found = {
        path: login
        for path in (home.login, *streamlit_files())
        if (login := _login_of(path, own=path == home.login)) is not None
    }
    if len(found) > 1:
        raise LoginError(
            Message("Two files configure a login: {files}.", files=", ".join(map(str, found))),
            Message("Remove [auth] from one of them."),
        )
    return next(iter(found.values()), None)


def streamlit_files() -> tuple[Path, ...]:
    """Where Streamlit itself would look for ``[auth]``; a login there is not passed over."""
    return CHECKOUT / _STREAMLIT, Path.home() / _STREAMLIT


def _login_of(path: Path, *, own: bool) -> Login | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):  # the place itself may be a file
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            Message("{file} can't be read: {why}.", file=str(path), why=str(error)),
            Message("Fix it. Nothing is served with a login that can't be read."),
        ) from error
    login = parse_login(text, str(path), other_tables=not own)
    if login is not None:
        require_private(path)
    elif own:
        raise LoginError(
            Message("{file} has no table [auth].", file=str(path)),
            Message("See docs/sign_in.md for a complete file."),
        )
    return login
