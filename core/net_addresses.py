"""Addresses of this machine, and of its pages."""

from __future__ import annotations

import ipaddress
import re

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")  # as a browser writes them
BASE_PATH = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)*")  # of the pages; no slash at its end


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
