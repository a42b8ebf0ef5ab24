from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from core.paths import Home
from runner.identity import read_identity
from runner.process import is_alive
from tests.runner.cli.terminal import TRAINWEEK, trainweek


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_port_in_use_is_named_and_no_runner_is_started(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = trainweek("up", "--port", port, home=tmp_path)
    assert done.returncode == 2
    assert f"Port {port} is in use" in done.stderr and f"--port {port + 1}" in done.stderr
    assert read_identity(Home(tmp_path)) is None


@pytest.mark.slow
@pytest.mark.parametrize("polite", [signal.SIGINT, signal.SIGTERM])
def test_up_serves_the_pages_and_ends_runner_and_dashboard(tmp_path: Path, polite: int) -> None:
    port = free_port()
    environment = os.environ | {"TRAINWEEK_HOME": str(tmp_path)}
    process = subprocess.Popen(
        [TRAINWEEK, "up", "--port", str(port)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not _answers(port):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.2)
    runner = read_identity(Home(tmp_path))
    assert runner is not None and is_alive(runner.process)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(polite)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 0, output
    assert not is_alive(runner.process)
    assert not _answers(port)
    assert not psutil.wait_procs(children, timeout=5)[1]


def test_a_second_runner_is_refused_and_told_who_holds_the_home(tmp_path: Path) -> None:
    environment = os.environ | {"TRAINWEEK_HOME": str(tmp_path)}
    first = subprocess.Popen([TRAINWEEK, "runner"], env=environment, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 30
        while (held := read_identity(Home(tmp_path))) is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        done = trainweek("runner", home=tmp_path)
        assert done.returncode == 2
        assert f"pid {held.process.pid}" in done.stderr
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=20)
    assert first.returncode == 0


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
