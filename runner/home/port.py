"""The port of the dashboard: free before it starts, and answering before people are sent to it."""

from __future__ import annotations

import errno
import socket
import time
from typing import TYPE_CHECKING

from core.errors import SetupError
from core.language import Message

if TYPE_CHECKING:
    import subprocess

    from core.listening import Listening

_ANSWER_S = 60.0  # a busy machine takes long to import it; after that the address is said anyway
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_LOOK_S = 0.1


def require_port(at: Listening) -> None:
    """Raise SetupError if the port is in use, or the address is none of this machine's."""
    with socket.socket(_family(at.address)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((at.address, at.port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise SetupError(
                    Message(
                        "This machine does not have the address {address}.", address=at.address
                    ),
                    Message("Give one that it has, or 0.0.0.0 for all of them."),
                ) from error
            raise SetupError(
                Message("Port {port} is in use.", port=str(at.port)),
                Message(
                    "Stop the program that uses it, or give --port {port}.", port=str(at.port + 1)
                ),
            ) from error


def await_answer(process: subprocess.Popen[bytes], at: Listening) -> None:
    """Return once the process answers at its port, has ended, or takes too long."""
    address = _ANY.get(at.address, at.address)
    deadline = time.monotonic() + _ANSWER_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket(_family(address)) as probe:
            probe.settimeout(1.0)
            if probe.connect_ex((address, at.port)) == 0:
                return
        time.sleep(_LOOK_S)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET
