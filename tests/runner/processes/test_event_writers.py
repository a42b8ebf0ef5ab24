"""Whether a process still writes an event file, asked of real processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import psutil

from runner.processes.event_writers import has_writer, opener_lives
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOLD = "import sys; file = open(sys.argv[1], sys.argv[2]); print('open', flush=True); input()"


def held(path: Path, mode: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    present(child.stdout).readline()
    return child


def test_a_process_that_holds_the_file_open_to_append_is_its_writer(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    child = held(path, "ab")
    try:
        assert has_writer([path]) is True
    finally:
        child.communicate(b"\n")
    assert has_writer([path]) is False


def test_a_reader_is_no_writer(tmp_path: Path) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    child = held(path, "rb")
    try:
        assert has_writer([path]) is False
    finally:
        child.communicate(b"\n")


DENY = """
import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE
print("denied", flush=True)
input()
"""


def denying() -> subprocess.Popen[bytes]:
    """A process that denies a look at its files even to its own user, as ssh-agent does."""
    words = [sys.executable, "-c", DENY]
    child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    present(child.stdout).readline()
    return child


def test_a_process_of_ours_that_denies_a_look_is_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    child = denying()
    look = psutil.Process.open_files

    def denied_look(process: psutil.Process) -> list[Any]:
        if process.pid == child.pid:  # root, whom nothing is denied, runs these tests too
            raise psutil.AccessDenied(process.pid)
        return look(process)

    monkeypatch.setattr(psutil.Process, "open_files", denied_look)
    try:
        assert has_writer([path]) is False
        monkeypatch.setattr("os.getuid", lambda: 123456)  # the file of another user
        assert has_writer([path]) is None
    finally:
        child.communicate(b"\n")


def test_without_a_file_nobody_can_tell(tmp_path: Path) -> None:
    assert has_writer([tmp_path / "gone"]) is None


def opened_by(folder: Path, pid: int, moment: float, host: str | None = None) -> Path:
    """An event file under the name that torch's writer gives it, last changed at a moment."""
    folder.mkdir(parents=True, exist_ok=True)
    host = host or socket.gethostname()
    path = folder / f"events.out.tfevents.{int(time.time()):010d}.{host}.{pid}.0"
    path.write_bytes(b"")
    os.utime(path, (moment, moment))
    return path


def test_torchs_writer_is_known_by_the_name_of_its_file(tmp_path: Path) -> None:
    moment = time.time() - 3 * 3600
    path = opened_by(tmp_path / "PPO_1", os.getpid(), moment)
    assert opener_lives(path, moment - 5)
    assert not opener_lives(path, moment - 600)  # changed long after its newest event: a copy
    other = opened_by(tmp_path / "other", os.getpid(), moment, "elsewhere")
    assert not opener_lives(other, moment)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not opener_lives(opened_by(tmp_path / "ended", child.pid, moment), moment)
    later = path.name.replace(f"{int(time.time()) // 10**6}", f"{int(time.time()) // 10**6 + 1}", 1)
    (tmp_path / "PPO_2").mkdir()
    (tmp_path / "PPO_2" / later).write_bytes(b"")
    assert not opener_lives(path, moment)  # it trains the next run
