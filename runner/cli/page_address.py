"""The address that opens the pages: a one-time link, or the login's own address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message, literal
from core.listening import Listening, listening
from core.paths import Home
from runner.cli.options import DEFAULT_PORT, BasePathOption, HomeOption, existing_home
from runner.cli.speech import tell
from runner.home.left_dashboard import served_dashboards
from runner.home.login_file import read_sign_in
from runner.home.sessions import Sessions
from runner.settings import Settings


def listening_at(
    home: Home, port: int, address: str | None = None, base_path: str | None = None
) -> Listening:
    """Where to serve the pages of a data directory.

    :raises LoginError, AccessError, SetupError: nothing may be served with login and access file.
    :raises InputError: not with this address or base path.
    """
    return listening(read_sign_in(home).login, port, address, base_path)


def page_address(home: Home, at: Listening, page: str = "") -> str:
    """The address of a page. Without a login it holds the token of a new one-time link.

    :raises LoginError, AccessError, SetupError: nothing may be served with login and access file.
    """
    login = read_sign_in(home).login
    if login is not None:
        return f"{login.address}/{page}"
    return link_of(home, at.local_url, page)


def link_of(home: Home, base: str, page: str = "") -> str:
    """A new one-time link: it lets one browser in, once."""
    token = Sessions(home, Settings.read(home)).make_link(datetime.now(UTC))
    return f"{base}/{page}?token={token}"


def link(
    port: Annotated[
        int | None,
        typer.Option(help="Port of the pages (default: where they are served).", min=1, max=65535),
    ] = None,
    base_path: BasePathOption = None,
    home: HomeOption = None,
) -> None:
    """Print a new one-time link to the pages, for another browser. Only without a login."""
    place = existing_home(home)
    served = next(iter(served_dashboards(place)), None)
    if served is not None and port in (None, served.port):
        port, base_path = served.port, base_path or served.base_path or None
    at = listening_at(place, port or DEFAULT_PORT, base_path=base_path)
    if read_sign_in(place).login is not None:
        raise InputError(
            Message("A login is configured: people sign in at the page's address."),
            Message("Open {address}", address=page_address(place, at)),
        )
    tell(literal(page_address(place, at)))
