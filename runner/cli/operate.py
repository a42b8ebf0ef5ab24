"""Daily operation: the runner, the dashboard, both together, and TensorBoard."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from core.errors import SetupError
from core.paths import CHECKOUT, Home
from runner.cli.options import HomeOption, person_at_the_terminal
from runner.client import Client
from runner.launch import ensure_runner, stop_runner
from runner.service import run_runner

_POLITE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

PortOption = Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)]


def up(port: PortOption = 8501, home: HomeOption = None) -> None:
    """Runner and dashboard together. Ctrl-C ends both; trainings go on and are adopted."""
    place = Home.find(home)
    require_port(port)
    pid = ensure_runner(place)
    print(f"Runner: pid {pid}, home {place.root}")
    try:
        with interruptible():
            code = serve(place, port)
    except KeyboardInterrupt:  # before the dashboard was up
        code = 0
    finally:
        stop_runner(place)
        alive = Client(place, person_at_the_terminal()).live_job(None)
        if alive is not None:
            print(
                f"Runner ended. {alive.id} goes on and is adopted at the next start; "
                f"to end it: trainweek runner, then trainweek jobs stop {alive.id}"
            )
    raise typer.Exit(code)


def runner(home: HomeOption = None) -> None:
    """The runner in the foreground: takes requests, supervises jobs. Ctrl-C leaves jobs alive."""
    raise typer.Exit(run_runner(Home.find(home)))


def dashboard(port: PortOption = 8501, home: HomeOption = None) -> None:
    """The dashboard alone, for a runner that runs elsewhere on this machine."""
    raise typer.Exit(serve(Home.find(home), port))


def tensorboard(port: PortOption = 6006, home: HomeOption = None) -> None:
    """TensorBoard on the event files, as the manual opens it."""
    place = Home.find(home)
    require_port(port)
    place.tensorboard.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "tensorboard.main",
        f"--logdir={place.tensorboard}",
        f"--port={port}",
        "--host=127.0.0.1",
    ]
    raise typer.Exit(_until_interrupted(subprocess.Popen(command)))


def serve(home: Home, port: int) -> int:
    """Run the dashboard until it ends or Ctrl-C; returns its exit code.

    :raises SetupError: the port is in use.
    """
    require_port(port)
    process = start_dashboard(home, port)
    print(f"Dashboard: http://localhost:{port}  (Ctrl-C ends it)", flush=True)
    return _until_interrupted(process)


def start_dashboard(home: Home, port: int, log: Path | None = None) -> subprocess.Popen[bytes]:
    """The dashboard as a child process.

    :param log: where its output goes; None: this terminal's error output.
    """
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(CHECKOUT / "dashboard" / "app.py"),
        f"--server.port={port}",
        "--server.address=127.0.0.1",
        "--server.headless=true",
    ]
    environment = os.environ | {"TRAINWEEK_HOME": str(home.root)}
    # Streamlit reads .streamlit/ from the working directory; ours lies in the checkout.
    if log is None:
        return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=output, stderr=output
        )


def require_port(port: int) -> None:
    """:raises SetupError: somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SetupError(
                f"Port {port} is in use.", f"End what listens there, or give --port {port + 1}."
            ) from error


def _until_interrupted(process: subprocess.Popen[bytes]) -> int:
    """Wait for a child; on Ctrl-C, SIGTERM or a closed terminal end it, gently first."""
    with interruptible():
        try:
            return process.wait()
        except KeyboardInterrupt:
            end_child(process)
            return 0


@contextmanager
def interruptible() -> Iterator[None]:
    """Every polite signal becomes a KeyboardInterrupt inside.

    SIGINT too: a shell that starts us in the background has it ignored.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in _POLITE}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """From here on, what was begun is finished: for cleaning up."""
    for number in _POLITE:
        signal.signal(number, signal.SIG_IGN)


def end_child(process: subprocess.Popen[bytes], grace_s: float = 5.0) -> None:
    """SIGTERM, a grace, SIGKILL; returns when the child is gone."""
    if process.poll() is None:
        process.terminate()
        deadline = time.monotonic() + grace_s
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
    process.wait()
