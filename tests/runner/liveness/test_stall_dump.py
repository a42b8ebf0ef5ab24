"""What is kept of a stall: as much as can be seen, and never at the process's cost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runner.liveness import stall_dump
from runner.liveness.stall_dump import STACKS, save_stall
from runner.processes.identity import identify
from runner.processes.process_table import process_table, tree_in
from runner.processes.procfs import is_stopped
from tests.runner.place import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOREIGN = "print('up', flush=True); import time; time.sleep(60)"
OURS = (
    "import sys; from pathlib import Path;"
    "from runner.jobs.stacks import write_stacks_on_request as w; w(Path(sys.argv[1])); " + FOREIGN
)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", FOREIGN], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    yield process
    process.kill()
    process.wait()


def kept(folder: Path, pid: int, number: int = 1) -> Path:
    program = identify(pid)
    tree = tree_in(process_table(), program)
    return save_stall(
        folder, number, ["silent for ever"], program, tree, {"output.log": folder / "o"}
    )


def test_a_program_without_our_handler_is_not_signalled(tmp_path: Path, sleeper) -> None:
    (tmp_path / STACKS).touch()  # even if the file is there
    wait_for(lambda: process_table()[sleeper.pid].state == "S")  # after its print
    folder = kept(tmp_path, sleeper.pid)
    assert sleeper.poll() is None
    assert (folder / "why.txt").read_text().startswith("silent for ever\n")
    kernel = (folder / f"process-{sleeper.pid}.txt").read_text()
    assert "State:\tS (sleeping)" in kernel
    assert f"== /proc/{sleeper.pid}/wchan" in kernel


def test_a_stopped_program_is_looked_at_from_outside(
    tmp_path: Path, sleeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stall_dump, "_py_spy", lambda *_: "")  # as where it is not installed
    os.kill(sleeper.pid, signal.SIGSTOP)
    wait_for(lambda: is_stopped(sleeper.pid))
    folder = kept(tmp_path, sleeper.pid)
    assert "the process is stopped and can't write them" in (folder / "why.txt").read_text()
    assert not (folder / STACKS).exists()


def test_our_programs_write_their_own_stacks_again_and_again(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", OURS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        for number in (1, 2):
            folder = kept(tmp_path, process.pid, number)
            assert (folder / STACKS).read_text().count("most recent call first") == 1
            assert "SIGUSR2" in (folder / "why.txt").read_text()
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


def test_what_was_cut_off_is_made_anew(tmp_path: Path, sleeper) -> None:
    (tmp_path / ".stall-001.partial").mkdir()
    (tmp_path / ".stall-001.partial" / "half").touch()
    folder = kept(tmp_path, sleeper.pid)
    assert not (folder / "half").exists()
    assert [path.name for path in tmp_path.iterdir() if "stall" in path.name] == ["stall-001"]


def test_a_process_that_is_gone_still_leaves_the_reason(tmp_path: Path) -> None:
    folder = save_stall(tmp_path, 1, ["silent"], None, {}, {})
    assert (folder / "why.txt").read_text() == "silent\nNo stacks: the process has ended.\n"
