"""Identity of processes, and signals that reach only the one that was meant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner.processes import identity
from runner.processes.identity import MARK, descendants, identify, is_alive, marked, members, send
from tests.runner.place import wait_for


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_process_that_took_the_number_of_another_gets_no_signal(sleeper) -> None:
    victim = identify(sleeper.pid)
    former = replace(victim, ticks=victim.ticks - 1)
    assert not is_alive(former)
    assert not send(former, signal.SIGKILL)
    other_boot = replace(victim, boot="another boot")
    assert not send(other_boot, signal.SIGKILL)
    assert sleeper.poll() is None
    assert send(victim, signal.SIGKILL)
    assert sleeper.wait() == -signal.SIGKILL


def test_a_zombie_is_dead(sleeper) -> None:
    process = identify(sleeper.pid)
    os.kill(sleeper.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(process))
    assert Path(f"/proc/{sleeper.pid}").exists()  # nobody has reaped it yet
    assert not send(process, signal.SIGTERM)


def test_a_number_that_nobody_has_is_nobody() -> None:
    assert identify(2**22 - 1) is None


def test_a_number_that_changes_hands_while_it_is_looked_at_is_nobody(
    sleeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment or group that was read may be the former owner's."""
    mine = os.environ | {MARK: "a-mark-that-changes"}
    marked_one = subprocess.Popen(["sleep", "60"], env=mine)
    group = tmp_path / "trainweek-a-mark-that-changes"
    group.mkdir()
    (group / "cgroup.procs").write_text(f"{marked_one.pid}\n")
    try:
        wait_for(lambda: marked("a-mark-that-changes"))
        assert members(str(group), "a-mark-that-changes") == [identify(marked_one.pid)]
        looks: dict[int, int] = {}

        def given_again(pid: int):
            """Between the first look and the next one another process got the number."""
            looks[pid] = looks.get(pid, 0) + 1
            found = identify(pid)
            return found and replace(found, ticks=found.ticks + looks[pid])

        monkeypatch.setattr(identity, "identify", given_again)
        assert marked("a-mark-that-changes") == []
        looks.clear()
        assert members(str(group), "a-mark-that-changes") == []
    finally:
        marked_one.kill()
        marked_one.wait()


def test_marked_processes_are_found_wherever_they_are() -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {MARK: "a-mark-of-this-test"}
    )
    try:
        wait_for(lambda: len(marked("a-mark-of-this-test")) == 2)
        assert len(descendants(identify(parent.pid))) == 1
        assert marked("a-mark-of-this") == []  # a part of a mark is another mark
    finally:
        for process in marked("a-mark-of-this-test"):
            send(process, signal.SIGKILL)
        parent.wait()
