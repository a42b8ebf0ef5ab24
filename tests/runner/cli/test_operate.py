from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil
import pytest

from core.errors import SetupError
from core.language import Message, literal
from core.listening import Listening
from core.paths import Home
from core.vocabulary import JobKind, JobState
from runner.cli import operate
from runner.client import Client
from runner.home.keepalive import Keeper
from runner.home.launch import ensure_runner, stop_all
from runner.home.runner_identity import read_identity
from runner.home.systemd import units
from runner.processes.identity import is_alive
from runner.settings import Settings
from tests.expected import job_of, present
from tests.runner.cli.terminal import TRAINWEEK, trainweek
from tests.runner.place import LEAD, child_environment, submit_scripted, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LONG_S = 150  # four programs begin on a busy machine; it only ends a test that has failed


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
    assert f"Port {port} is in use" in done.stderr
    assert f"--port {port + 1}" in done.stderr
    assert read_identity(Home(tmp_path)) is None


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """``trainweek up`` on a free port, once it answers."""
    port = free_port()
    process = subprocess.Popen(
        [TRAINWEEK, "up", "--port", str(port)],
        env=child_environment(
            TRAINWEEK_HOME=str(tmp_path),
            TRAINWEEK_KEEP_LOOK_S="0.1",
            TRAINWEEK_KEEP_BACKOFF_S="0.2",
        ),
        stdout=(tmp_path / "up.log").open("ab"),
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(lambda: process.poll() is not None or _answers(port), LONG_S)
        assert process.poll() is None, (tmp_path / "up.log").read_text()
        yield process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(LONG_S)
        stop_all(Home(tmp_path), grace_s=0.3)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_up_starts_again_what_dies_and_ends_both_but_no_job(tmp_path: Path, served) -> None:
    process, port = served
    home = Home(tmp_path)
    said = tmp_path / "up.log"
    client = Client(home, LEAD)
    job = job_of(submit_scripted(client, JobKind.PREFLIGHT, {"do": "sleep"}))
    wait_for(lambda: present(client.job(job.id)).state is JobState.RUNNING)

    def dashboard() -> int:
        for child in psutil.Process(process.pid).children():
            with suppress(psutil.Error):  # one that died is a zombie until it is reaped
                if "dashboard.server" in child.cmdline():
                    return child.pid
        return 0

    first = dashboard()
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: dashboard() not in (0, first) and _answers(port), LONG_S)
    assert "killed by signal 9 (SIGKILL). Restart in 0.2 s." in said.read_text()

    runner = present(read_identity(home))
    os.kill(runner.process.pid, signal.SIGKILL)
    wait_for(lambda: present(read_identity(home)).epoch == runner.epoch + 1, LONG_S)
    assert is_alive(present(read_identity(home)).process)
    assert f"pid {runner.process.pid} is gone" in said.read_text()
    pid = present(present(client.job(job.id)).pid)
    assert present(client.job(job.id)).state is JobState.RUNNING
    assert psutil.pid_exists(pid)

    children = [p for p in psutil.Process(process.pid).children() if p.status() != "zombie"]
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG_S) == 0, said.read_text()
    assert not is_alive(present(read_identity(home)).process)
    assert not _answers(port)
    assert not psutil.wait_procs(children, timeout=LONG_S)[1]
    assert psutil.pid_exists(pid)
    assert f"{job.id} continues" in said.read_text()
    assert f"trainweek jobs stop {job.id}" in said.read_text()


@pytest.mark.slow
def test_a_terminal_that_is_closed_ends_both(served) -> None:
    process, port = served
    process.send_signal(signal.SIGHUP)
    assert process.wait(LONG_S) == 0
    assert not _answers(port)


def test_a_part_that_never_comes_up_is_given_up_and_one_that_did_never_is() -> None:
    said: list[str] = []
    part = FailingPart()
    keeper = Keeper(part, Settings(keep_backoff_s=1, keep_backoff_cap_s=4), said.append)
    keeper.begin(0.0)
    for now_s in (1.0, 2.0, 3.0, 5.0):
        keeper.tick(now_s)
    with pytest.raises(SetupError, match="never came up"):
        keeper.tick(6.0)

    part.how = None
    keeper = Keeper(part, Settings(keep_backoff_s=1, keep_backoff_cap_s=4), said.append)
    keeper.begin(0.0)
    keeper.tick(20.0)  # it lived long enough
    part.how, part.starts = literal("it ended with code 3"), 0
    del said[:]
    now_s = 20.0
    for _ in range(200):
        now_s += 0.25
        keeper.tick(now_s)
    waits = [line.rsplit(" ", 2)[1] for line in said if "Restart in" in line]
    assert waits[:4] == ["1", "2", "4", "4"]
    assert set(waits[4:]) == {"4"}
    assert part.starts > 8


class FailingPart:
    name = literal("Part")
    how: Message | None = literal("it ended with code 1")
    starts = 0

    def start(self) -> Message:
        self.starts += 1
        return literal("here")

    def ended(self) -> Message | None:
        return self.how


@pytest.mark.parametrize("flags", [[], ["--user"]], ids=["system", "user"])
def test_the_units_are_what_systemd_takes(tmp_path: Path, flags: list[str]) -> None:
    home = tmp_path / "my $home 100%"
    made = [tmp_path / f"trainweek-{part}.service" for part in ("runner", "dashboard")]
    for name, text in units(Home(home), Listening(8501), bool(flags)).items():
        (tmp_path / name).write_text(text)
        lines = text.splitlines()
        assert {"KillMode=process", "Restart=always", "RestartSec=5"} < set(lines)
        assert "StartLimitIntervalSec=0" in lines
        assert f'Environment="TRAINWEEK_HOME={tmp_path}/my $home 100%%"' in lines
        command = next(line for line in lines if line.startswith("ExecStart="))
        assert command.startswith(f"ExecStart={sys.executable} -m ")
        assert any(line.startswith("User=") for line in lines) == (not flags)
    printed = trainweek("systemd", *flags, home=home).stdout
    assert "enable --now" in printed
    assert printed.endswith("".join(f"# {path.name}\n{path.read_text()}\n" for path in made))
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("this machine has no systemd-analyze; the units' lines were compared alone")
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    done = subprocess.run(
        [analyze, "verify", *flags, *map(str, made)],
        env=environment,
        capture_output=True,
        text=True,
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert said == [], done.stderr


@pytest.mark.slow
def test_a_second_runner_is_refused_and_told_who_holds_the_home(tmp_path: Path) -> None:
    environment = os.environ | {"TRAINWEEK_HOME": str(tmp_path)}
    first = subprocess.Popen([TRAINWEEK, "runner"], env=environment, stderr=subprocess.PIPE)
    try:
        wait_for(lambda: read_identity(Home(tmp_path)) is not None)
        held = present(read_identity(Home(tmp_path)))
        done = trainweek("runner", home=tmp_path)
        assert done.returncode == 2
        assert f"pid {held.process.pid}" in done.stderr
    finally:
        first.send_signal(signal.SIGTERM)
        first.communicate(timeout=LONG_S)
    assert first.returncode == 0


@pytest.mark.slow
def test_a_runner_that_a_command_started_is_told_of_and_ended_as_it_says(tmp_path: Path) -> None:
    root = tmp_path / "a home"
    trainweek("week", "new", "--launch", "2026-02-23T14:00Z", home=root)
    home = Home(root)
    try:
        restart = trainweek("restart", home=root)  # there is no training, but now a runner
        pid = present(read_identity(home)).process.pid
        stop = f"trainweek runner --stop --home '{root}'"
        assert f"Started a background runner (pid {pid})" in restart.stderr
        assert stop in restart.stderr
        assert "Started" not in trainweek("restart", home=root).stderr  # once: it stays
        for words in (("ledger", "replay"), ("ledger", "restore"), ("runner",)):
            assert stop in trainweek(*words, home=root).stderr, words
        ended = subprocess.run(
            [TRAINWEEK, *shlex.split(stop)[1:]], capture_output=True, text=True, timeout=60
        )
        assert (ended.returncode, ended.stdout) == (0, f"Runner (pid {pid}) stopped.\n")
        assert "No runner is active for" in trainweek("runner", "--stop", home=root).stdout
        assert trainweek("ledger", "replay", home=root).returncode == 0
    finally:
        stop_all(home)
    assert _processes_of(root) == []


@pytest.mark.slow
def test_no_runner_is_left_if_it_does_not_come_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    with pytest.raises(SetupError, match="did not start"):
        ensure_runner(home, timeout_s=0.0)
    wait_for(lambda: _processes_of(tmp_path) == [])
    assert read_identity(home) is None


def _processes_of(root: Path) -> list[int]:
    """The processes that name this home in their command line."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(root) in process.cmdline():
                found.append(process.pid)
    return found


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_misspelt_variable_is_reported_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAINWEEK_STOP_GRACE", "5")
    with socket.socket() as taken:  # so that nothing is started
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SetupError):
            operate.up(port=taken.getsockname()[1], home=tmp_path)
    said = "TRAINWEEK_STOP_GRACE sets nothing. Did you mean TRAINWEEK_STOP_GRACE_S?"
    assert said in capsys.readouterr().out
