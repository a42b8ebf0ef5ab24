"""Whether somebody still writes an event file, asked of real processes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from runner.liveness.event_writers import has_writer
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

HOLD = "import sys; file = open(sys.argv[1], sys.argv[2]); print('open', flush=True); input()"


def held(path: Path, mode: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    present(child.stdout).readline()
    return child


def test_a_process_that_holds_the_file_open_to_append_is_its_writer(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    child = held(path, "ab")
    try:
        assert has_writer([path]) is True
    finally:
        child.communicate(b"\n")
    assert has_writer([path]) is not True  # None: processes that nobody may ask


def test_a_reader_is_no_writer(tmp_path):
    path = tmp_path / "events.out.tfevents.1"
    path.write_bytes(b"")
    child = held(path, "rb")
    try:
        assert has_writer([path]) is not True  # None: processes that nobody may ask
    finally:
        child.communicate(b"\n")


def test_without_a_file_nobody_can_tell(tmp_path):
    assert has_writer([tmp_path / "gone"]) is None
