"""The address that opens the pages: a one-time link, or the login's own address."""

from __future__ import annotations

from datetime import UTC, datetime

from core.errors import InputError
from core.language import Message, literal
from core.paths import Home
from runner.cli.options import HomeOption, PortOption, existing_home
from runner.cli.speech import tell
from runner.home.login_file import read_sign_in
from runner.home.sessions import Sessions
from runner.settings import Settings


def page_address(home: Home, port: int, page: str = "") -> str:
    """The address of a page. Without a login it holds the token of a new one-time link.

    :raises LoginError, AccessError, SetupError: nothing may be served with login and access file.
    """
    login = read_sign_in(home).login
    if login is not None:
        return f"{login.origin}/{page}"
    return link_of(home, f"http://localhost:{port}", page)


def link_of(home: Home, base: str, page: str = "") -> str:
    """A new one-time link: it lets one browser in, once."""
    token = Sessions(home, Settings.read(home)).make_link(datetime.now(UTC))
    return f"{base}/{page}?token={token}"


def link(port: PortOption = 8501, home: HomeOption = None) -> None:
    """Print a new one-time link to the pages, for another browser. Only without a login."""
    place = existing_home(home)
    if read_sign_in(place).login is not None:
        raise InputError(
            Message("A login is configured: people sign in at the page's address."),
            Message("Open {address}", address=page_address(place, port)),
        )
    tell(literal(page_address(place, port)))
