"""Addresses of this machine."""

from __future__ import annotations

import ipaddress

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")  # as a browser writes them


def is_loopback(address: str | None) -> bool:
    """True for 127.0.0.0/8, ::1 and localhost; no address means all interfaces."""
    if not address:
        return False
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
