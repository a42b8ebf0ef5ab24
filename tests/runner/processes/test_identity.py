"""Identity of processes, and signals that reach only the one that was meant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.processes import attempt_processes
from runner.processes.attempt_processes import ATTEMPT_VARIABLE, cgroup_members, processes_of
from runner.processes.identity import ProcessIdentity, identify, is_alive, send_signal
from runner.processes.process_table import descendants
from tests.expected import present
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_process_that_took_the_number_of_another_gets_no_signal(sleeper) -> None:
    victim = present(identify(sleeper.pid))
    former = replace(victim, ticks=victim.ticks - 1)
    assert not is_alive(former)
    assert not send_signal(former, signal.SIGKILL)
    other_boot = replace(victim, boot="another boot")
    assert not send_signal(other_boot, signal.SIGKILL)
    assert sleeper.poll() is None
    assert send_signal(victim, signal.SIGKILL)
    assert sleeper.wait() == -signal.SIGKILL


def test_a_zombie_is_dead(sleeper) -> None:
    process = present(identify(sleeper.pid))
    os.kill(sleeper.pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(process))
    assert Path(f"/proc/{sleeper.pid}").exists()  # it has not been reaped yet
    assert not send_signal(process, signal.SIGTERM)


def test_a_number_that_nobody_has_is_nobody() -> None:
    assert identify(2**22 - 1) is None


def test_a_number_that_changes_hands_while_it_is_looked_at_is_nobody(
    sleeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment or group that was read may be the former owner's."""
    mine = os.environ | {ATTEMPT_VARIABLE: "a-mark-that-changes"}
    sleeping = subprocess.Popen(["sleep", "60"], env=mine)
    group = tmp_path / "trainweek-a-mark-that-changes"
    group.mkdir()
    (group / "cgroup.procs").write_text(f"{sleeping.pid}\n")
    try:
        wait_for(lambda: processes_of("a-mark-that-changes"))
        assert cgroup_members(str(group), "a-mark-that-changes") == [identify(sleeping.pid)]
        looks: dict[int, int] = {}

        def given_again(pid: int) -> ProcessIdentity | None:
            """Between the first look and the next one another process got the number."""
            looks[pid] = looks.get(pid, 0) + 1
            found = identify(pid)
            return found and replace(found, ticks=found.ticks + looks[pid])

        monkeypatch.setattr(attempt_processes, "identify", given_again)
        assert processes_of("a-mark-that-changes") == []
        looks.clear()
        assert cgroup_members(str(group), "a-mark-that-changes") == []
    finally:
        sleeping.kill()
        sleeping.wait()


def test_marked_processes_are_found_wherever_they_are() -> None:
    code = "import subprocess, sys; subprocess.run(['sleep', '60'])"
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env=os.environ | {ATTEMPT_VARIABLE: "a-mark-of-this-test"}
    )
    try:
        wait_for(lambda: len(processes_of("a-mark-of-this-test")) == 2)
        assert len(descendants(identify(parent.pid))) == 1
        assert processes_of("a-mark-of-this") == []  # a part of a mark is another mark
    finally:
        for process in processes_of("a-mark-of-this-test"):
            send_signal(process, signal.SIGKILL)
        parent.wait()
