"""Where the pages are served: port, address and base path. Beyond this machine only with a login."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError
from core.language import Message
from core.net_addresses import BASE_PATH, is_loopback

if TYPE_CHECKING:
    from core.login import Login


@dataclass(frozen=True)
class Listening:
    """Where one server of the pages listens."""

    port: int
    address: str = "127.0.0.1"
    base_path: str = ""  # as "/trainweek"; "": the pages have the whole host name

    @property
    def local_url(self) -> str:
        """Where a browser of this machine finds the pages, without a login."""
        return f"http://localhost:{self.port}{self.base_path}"


def listening(
    login: Login | None, port: int, address: str | None = None, base_path: str | None = None
) -> Listening:
    """Where to serve. With a login its redirect address says the base path.

    :param address: None: this machine only.
    :param base_path: as a person writes it; None: the login's, or none.
    :raises InputError: not without a login, not as the login says, or no such thing.
    """
    place = address or "127.0.0.1"
    try:
        ipaddress.ip_address(place)
    except ValueError as error:
        if place != "localhost":
            raise InputError(
                Message("{address} is no IP address.", address=place),
                Message("Give one of this machine's, or 0.0.0.0 for all of them."),
            ) from error
    if login is None and not is_loopback(place):
        raise InputError(
            Message(
                "Without a login the pages are served on this machine only, not on {address}.",
                address=place,
            ),
            Message("Leave out --address, or configure a login (docs/sign_in.md)."),
        )
    return Listening(port, place, _base_path(login, base_path))


def _base_path(login: Login | None, given: str | None) -> str:
    if given is None:
        return login.base_path if login else ""
    path = "/" + given.strip("/") if given.strip("/") else ""
    if not BASE_PATH.fullmatch(path):
        raise InputError(
            Message("{path!r} is no base path.", path=given),
            Message("Give one such as /trainweek: letters, digits, and . _ ~ - inside."),
        )
    if login is not None and path != login.base_path:
        raise InputError(
            Message(
                "The base path {path} is not the login's: redirect_uri is {uri}.",
                path=path or "/",
                uri=login.redirect_uri,
            ),
            Message("Leave out --base-path, or change redirect_uri in login.toml."),
        )
    return path
