"""The dashboard's port: taken or free, and answering before people are sent to it."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from core.errors import SetupError
from core.listening import Listening
from runner.home.port import await_answer, require_port

_LATE = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); s.accept()"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"Port {port} is in use"):
            require_port(Listening(port))
    require_port(Listening(free_port()))


def test_an_address_is_told_once_it_answers() -> None:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _LATE, str(port)])
    await_answer(process, Listening(port))
    assert process.wait(10) == 0, "it was reached"


def test_a_process_that_has_ended_is_not_waited_for() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    await_answer(process, Listening(free_port()))
