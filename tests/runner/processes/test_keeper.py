"""The keeper on a node: it runs the shim, obeys the lease, and says in files what it saw."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from runner.executors.questions import KEEPER
from runner.executors.ray import FRONT
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAVES = (
    "import signal, sys, time\n"
    "def save(*_): open('saved', 'w').close(); sys.exit(3)\n"
    "signal.signal(signal.SIGTERM, save)\n"
    "open('ready', 'w').close()\n"
    "while True: time.sleep(0.02)\n"
)
STUBBORN = SAVES.replace("signal.signal(signal.SIGTERM, save)", "signal.signal(15, signal.SIG_IGN)")
BEHIND = (sys.executable, "-I", "-S", str(FRONT))
ENDS = "open('ready', 'w').close(); raise SystemExit(5)"


class Node:
    """A folder with a command and a lease, and a keeper."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: subprocess.Popen[bytes] | None = None

    def start(
        self,
        program: str,
        *,
        wait: bool = True,
        epoch: int = 1,
        blind_s: float = 60.0,
        limit_s: float | None = None,
        before: tuple[str, ...] = (),
    ) -> subprocess.Popen[bytes]:
        lease = {"epoch": 1, "grace_s": 0.6, "blind_s": blind_s, "limit_s": limit_s}
        command = {
            "argv": [sys.executable, "-c", program],
            "cwd": str(self.folder),
            "mark": "one",
            "heartbeat_s": 0.05,
            "lease": lease,
        }
        (self.folder / "command.json").write_text(json.dumps(command))
        self.lease(epoch=epoch)
        self.running = subprocess.Popen(
            [*before, sys.executable, "-I", "-S", str(KEEPER), str(self.folder)],
            env=os.environ | {"TRAINWEEK_ATTEMPT": "one"},
        )
        if wait:
            wait_for((self.folder / "ready").exists)
            wait_for((self.folder / "node.json").exists)
        return self.running

    def lease(self, epoch: int = 1, ask: str | None = None) -> None:
        partial = self.folder / "lease.partial"
        partial.write_text(json.dumps({"mark": "one", "epoch": epoch, "ask": ask}))
        partial.replace(self.folder / "lease.json")

    def read(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text())


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path)
    yield made
    if made.running is not None and made.running.poll() is None:
        for child in psutil.Process(made.running.pid).children(recursive=True):
            child.kill()
        made.running.kill()
        made.running.wait()


def test_it_ends_with_the_programs_exit_code(node: Node) -> None:
    assert node.start(ENDS).wait(timeout=30) == 5
    assert node.read("exit.json")["exit_code"] == 5
    assert node.read("node.json")["ended"] is True


def test_it_reports_while_nobody_renews_the_lease(node: Node) -> None:
    node.start(SAVES, blind_s=0.5)
    first = node.read("node.json")["beat"]
    wait_for(lambda: node.read("node.json")["beat"] > first + 30)
    assert (node.read("node.json")["because"], node.read("node.json")["state"]) == ("", "S")


def test_a_higher_epoch_ends_it_after_it_has_saved(node: Node) -> None:
    running = node.start(SAVES)
    node.lease(epoch=2)
    assert running.wait(timeout=30) == 3
    assert (node.folder / "saved").exists()
    assert node.read("node.json")["because"] == "fenced"


def test_one_that_does_not_save_is_killed_after_the_grace(node: Node) -> None:
    running = node.start(STUBBORN)
    node.lease(epoch=2)
    assert running.wait(timeout=30) == 128 + 9
    assert node.read("exit.json")["signal"] == 9


def test_a_lease_that_cannot_be_read_ends_it_after_a_while(node: Node) -> None:
    running = node.start(SAVES, blind_s=0.5)
    (node.folder / "lease.json").write_text('{"mark": "one", "ep')  # half of it
    assert running.wait(timeout=30) == 3
    assert node.read("node.json")["because"] == "blind"


def test_another_attempts_lease_is_none(node: Node) -> None:
    running = node.start(SAVES, blind_s=0.5)
    (node.folder / "lease.json").write_text('{"mark": "another", "epoch": 1}')
    assert running.wait(timeout=30) == 3


def test_an_attempt_that_was_given_up_starts_nothing(node: Node) -> None:
    assert node.start(ENDS, wait=False, epoch=2).wait(timeout=30) == 125
    assert not (node.folder / "ready").exists()
    assert not (node.folder / "claim").exists()


def test_a_claimed_folder_is_left_alone(node: Node) -> None:
    (node.folder / "claim").write_text("one")
    assert node.start(ENDS, wait=False).wait(timeout=30) == 125
    assert not (node.folder / "node.json").exists()


@pytest.mark.parametrize(("ask", "code"), [("term", 3), ("kill", 128 + 9)])
def test_what_the_lease_asks_for_is_done(node: Node, ask: str, code: int) -> None:
    running = node.start(SAVES)
    node.lease(ask=ask)
    assert running.wait(timeout=30) == code


def test_a_time_limit_is_kept(node: Node) -> None:
    node.start(SAVES, wait=False, limit_s=5.0)
    assert node.running is not None
    assert node.running.wait(timeout=30) == 3
    assert node.read("node.json")["because"] == "limit"
    assert (node.folder / "saved").exists()


def test_a_program_that_does_not_obey_its_time_limit_is_killed(node: Node) -> None:
    assert node.start(STUBBORN, wait=False, limit_s=1.0).wait(timeout=30) == 137
    assert node.read("exit.json")["signal"] == 9


def test_behind_a_front_it_outlives_a_killed_process_group(node: Node) -> None:
    front = node.start(SAVES, before=BEHIND)
    keeper = psutil.Process(front.pid).children()[0]
    os.kill(front.pid, signal.SIGKILL)
    front.wait()
    node.running = None
    first = node.read("node.json")["beat"]
    wait_for(lambda: node.read("node.json")["beat"] > first + 5)
    assert os.getpgid(keeper.pid) == keeper.pid
    node.lease(ask="term")
    wait_for(lambda: node.read("node.json")["ended"])
    assert node.read("exit.json")["exit_code"] == 3


def test_a_front_passes_signals_on_and_ends_with_its_exit_code(node: Node) -> None:
    front = node.start(SAVES, before=BEHIND)
    front.send_signal(signal.SIGTERM)
    assert front.wait(timeout=30) == 3
    assert node.read("node.json")["because"] == "engine"


def test_sigterm_of_the_engine_is_passed_on(node: Node) -> None:
    running = node.start(SAVES)
    running.terminate()
    assert running.wait(timeout=30) == 3
    assert node.read("node.json")["because"] == "engine"


def test_sigterm_before_the_program_is_known_is_passed_on_when_it_is(node: Node) -> None:
    running = node.start(SAVES, wait=False)
    wait_for((node.folder / "claim").exists)  # the keeper listens; the lease is read later
    running.terminate()
    running.wait(timeout=30)
    assert node.read("node.json")["because"] == "engine"


def test_what_a_killed_shim_leaves_is_kept_and_ended(node: Node) -> None:
    running = node.start(SAVES)
    program = psutil.Process(node.read("identity.json")["child"]["pid"])
    psutil.Process(node.read("identity.json")["shim"]["pid"]).kill()
    beat = node.read("node.json")["beat"]
    wait_for(lambda: node.read("node.json")["beat"] > beat + 5)
    assert program.is_running()
    node.lease(epoch=2)
    running.wait(timeout=30)
    assert not (node.folder / "exit.json").exists()
    assert node.read("node.json")["ended"] is True
    assert not program.is_running()
