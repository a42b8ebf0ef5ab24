"""A proxy that names the people it lets through: the ``[proxy]`` table of the login file.

Any program can send a header. It counts only from the proxy's own address, and a program of this
machine has that address, too, if the proxy runs here: then the proxy also sends a secret.
"""

from __future__ import annotations

import ipaddress
import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from core.language import Message
from core.net_addresses import is_loopback

SECRET_HEADER = "X-Trainweek-Proxy"
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
# What every browser sends: none of it was written by the proxy.
_OF_BROWSERS = frozenset(
    [
        "accept",
        "accept-language",
        "authorization",
        "connection",
        "cookie",
        "from",
        "host",
        "origin",
        "referer",
        "upgrade",
        "user-agent",
    ]
)
_SHORTEST_SECRET = 20


class TrustedProxy(BaseModel):
    """Whose header names the person, and which."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    addresses: tuple[str, ...] = Field(
        min_length=1, description="IP addresses from which the proxy connects."
    )
    email_header: str = Field(description="Header with the person's verified e-mail address.")
    secret: str | None = Field(
        default=None,
        description=f"Sent by the proxy as {SECRET_HEADER}. Needed if it runs on this machine.",
    )
    sign_out: str | None = Field(
        default=None,
        pattern=r"^(https://|/[^/\\])[!-\[\]-~]*$",
        description="Where the proxy signs people out.",
    )

    @field_validator("addresses")
    @classmethod
    def _addresses(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for each in given:
            if plain_address(each) is None:
                raise ValueError(Message("{address} is no IP address", address=each))
        return given

    @field_validator("email_header")
    @classmethod
    def _header(cls, given: str) -> str:
        if not _HEADER.fullmatch(given) or given.lower() in _OF_BROWSERS:
            raise ValueError(Message("{name} is no header of a proxy", name=given))
        if given.lower() == SECRET_HEADER.lower():
            raise ValueError(Message("{name} is no header of a proxy", name=given))
        return given

    @field_validator("secret")
    @classmethod
    def _secret(cls, given: str | None) -> str | None:
        if given is None or re.fullmatch(rf"[!-~]{{{_SHORTEST_SECRET},200}}", given):
            return given
        raise ValueError(
            Message(
                "give {least} to 200 letters and digits, as: openssl rand -hex 32",
                least=_SHORTEST_SECRET,
            )
        )

    @model_validator(mode="after")
    def _secret_on_this_machine(self) -> TrustedProxy:
        if self.secret is None and any(is_loopback(each) for each in self.addresses):
            raise ValueError(
                Message(
                    "a proxy on this machine needs a secret, since every program here has its"
                    " address"
                )
            )
        return self

    def connects_from(self, address: str | None) -> bool:
        """Whether a TCP peer has the proxy's address."""
        peer = plain_address(address or "")
        return peer is not None and peer in {plain_address(each) for each in self.addresses}


def plain_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address; one of IPv4 that a socket of IPv6 shows is the same. None: it is none."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
