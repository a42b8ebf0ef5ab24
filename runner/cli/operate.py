"""Daily operation: the runner, the dashboard, both together, and TensorBoard."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.errors import InputError
from core.language import Message
from core.listening import Listening
from core.paths import CHECKOUT, Home
from core.vocabulary import LIVE_STATES, JobKind, Right
from runner.cli.options import (
    DEFAULT_PORT,
    ActWeekOption,
    AddressOption,
    BasePathOption,
    HomeOption,
    PortOption,
    client_of,
    keeper_of_machine,
    used_home,
)
from runner.cli.page_address import listening_at, page_address
from runner.cli.speech import tell
from runner.home.keepalive import DashboardPart, Keeper, RunnerPart, dashboard_command
from runner.home.launch import stop_runner
from runner.home.left_dashboard import end_left_dashboards, note_dashboard, require_not_served
from runner.home.port import await_answer, require_port
from runner.home.private_files import require_private_files
from runner.home.runner_identity import runner_status
from runner.home.shared_folders import not_the_runners, unmarked
from runner.home.systemd import how_to_install, units
from runner.service import run_runner
from runner.settings import Settings, misspelt_variables
from runner.store.file_modes import mend_modes

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(
    port: PortOption = DEFAULT_PORT,
    address: AddressOption = None,
    base_path: BasePathOption = None,
    home: HomeOption = None,
) -> None:
    """Start runner and dashboard. Ctrl-C stops both; jobs continue and are adopted at the next start."""
    place = Home.find(home)
    settings = Settings.read(place)
    for name, meant in misspelt_variables().items():
        tell(Message("{name} sets nothing. Did you mean {meant}?", name=name, meant=meant))
    at = listening_at(place, port, address, base_path)  # refuses before anything is started
    make_ready(place, at)
    dashboard = DashboardPart(
        lambda: page_address(place, at),
        lambda: start_dashboard(place, at),
        lambda process: await_answer(process, at),
    )
    keepers = [Keeper(part, settings, tell) for part in (RunnerPart(place), dashboard)]
    with interruptible():
        try:
            for keeper in keepers:
                keeper.begin(time.monotonic())
            tell(Message("Ctrl-C stops both. If one of them dies, it is restarted."))
            while True:
                time.sleep(settings.keep_look_s)
                for keeper in keepers:
                    keeper.tick(time.monotonic())
        except KeyboardInterrupt:
            pass
        finally:
            ignore_signals()  # a second Ctrl-C must not leave one of them alive
            if dashboard.process is not None:
                end_child(dashboard.process)
            stop_runner(place)
            _say_live_jobs(place)


def runner(
    stop: Annotated[
        bool,
        typer.Option("--stop", help="Stop the runner of this data directory; its jobs continue."),
    ] = False,
    home: HomeOption = None,
) -> None:
    """Run the runner in the foreground: it takes requests and supervises jobs. Ctrl-C stops it.

    Jobs continue without it. --stop stops a running one; if ``trainweek up`` or systemd keeps
    it alive, stop that instead.
    """
    if stop:
        _stop_runner(Home.find(home))
        return
    raise typer.Exit(run_runner(Home.find(home)))


def _stop_runner(home: Home) -> None:
    keeper_of_machine(home, Right.OPERATE)
    status = runner_status(home, datetime.now(UTC))
    if not stop_runner(home):
        tell(Message("No runner is active for {home} on this machine.", home=str(home.root)))
        return
    tell(Message("Runner (pid {pid}) stopped.", pid=status.pid))
    _say_live_jobs(home)


def dashboard(
    port: PortOption = DEFAULT_PORT,
    address: AddressOption = None,
    base_path: BasePathOption = None,
    home: HomeOption = None,
) -> None:
    """Start the dashboard only, next to a runner started separately on this machine."""
    place = Home.find(home)
    raise typer.Exit(serve(place, listening_at(place, port, address, base_path)))


def tensorboard(
    port: PortOption = 6006, week: ActWeekOption = None, home: HomeOption = None
) -> None:
    """Start TensorBoard on the event files of a week."""
    client = client_of(used_home(home))
    client.shown_week = week
    place = client.here()
    require_port(Listening(port))
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


def systemd(
    unit: Annotated[
        str | None, typer.Option(help="Print only one unit: runner or dashboard.")
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="For systemctl --user.")] = False,
    port: PortOption = DEFAULT_PORT,
    address: AddressOption = None,
    base_path: BasePathOption = None,
    home: HomeOption = None,
) -> None:
    """Print systemd units for runner and dashboard, and the commands that install them."""
    place = Home.find(home)
    at = listening_at(place, port, address, base_path)
    made = units(place, at, user)
    if unit is None:
        print(how_to_install(place, at, user))
    wanted = {name: text for name, text in made.items() if unit in (None, _short(name))}
    if not wanted:
        raise InputError(
            Message("There is no unit {unit!r}.", unit=unit), Message("Give runner or dashboard.")
        )
    for name, text in wanted.items():
        print(f"# {name}", text, sep="\n")


def _short(unit: str) -> str:
    return unit.removeprefix("trainweek-").removesuffix(".service")


def _say_live_jobs(home: Home) -> None:
    client = client_of(home)
    jobs = client.jobs(limit=1000) + client.jobs(JobKind.TRIAL, limit=1000)
    for job in jobs:
        if job.state in LIVE_STATES:
            tell(
                Message(
                    "{job} continues; the next runner adopts it. To stop it: trainweek runner, "
                    "then trainweek jobs stop {job}",
                    job=job.id,
                )
            )


def serve(home: Home, at: Listening, page: str = "") -> int:
    """Run the dashboard until it exits or Ctrl-C; returns its exit code.

    :param page: the page that the printed address opens.

    :raises SetupError: the port is in use.
    :raises LoginError, AccessError: nothing may be served with login and access file.
    """
    make_ready(home, at)
    address = page_address(home, at, page)
    process = start_dashboard(home, at)

    def answers() -> None:
        await_answer(process, at)
        if process.poll() is None:
            tell(Message("Dashboard: {address}  (Ctrl-C stops it)", address=address))

    return _until_interrupted(process, answers)


def make_ready(home: Home, at: Listening) -> None:
    """Check the files that must be private, and the port; end what a killed ``up`` has left.

    :raises SetupError: others may read a secret, or another program uses the port.
    :raises ConflictError: the data directory is already served there.
    """
    require_private_files(home)
    for sentence in (*mend_modes(home), *end_left_dashboards(home)):
        tell(sentence)
    if (bare := unmarked(home)) and Settings.read(home).sync_url is None:
        tell(*not_the_runners(home, bare))
    require_not_served(home, at.port)
    require_port(at)


def start_dashboard(
    home: Home, at: Listening, log: Path | None = None, detached: bool = False
) -> subprocess.Popen[bytes]:
    """The dashboard as a child process.

    :param log: where its output goes; None: this terminal's error output.
    :param detached: it outlives this terminal.
    """
    command = dashboard_command(at)
    environment = os.environ | {"TRAINWEEK_HOME": str(home.root)}
    if log is None:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL
        )
    else:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=detached,
            )
    note_dashboard(home, at.port, process.pid, at.base_path)
    return process


def _until_interrupted(
    process: subprocess.Popen[bytes], begin: Callable[[], object] = lambda: None
) -> int:
    """Wait for a child; stop it on Ctrl-C, SIGTERM or a closed terminal."""
    with interruptible():
        try:
            begin()
            return process.wait()
        except KeyboardInterrupt:
            end_child(process)
            return 0


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGINT, SIGTERM and SIGHUP into a KeyboardInterrupt.

    SIGINT too: a shell that starts a command in the background ignores it there.
    """
    before = {number: signal.signal(number, signal.default_int_handler) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Ignore SIGINT, SIGTERM and SIGHUP from here on: for the clean-up."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def end_child(process: subprocess.Popen[bytes], grace_s: float = 5.0) -> None:
    """SIGTERM, a grace period, SIGKILL; returns when the child has ended."""
    if process.poll() is None:
        process.terminate()
        deadline = time.monotonic() + grace_s
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if process.poll() is None:
            process.kill()
    process.wait()
