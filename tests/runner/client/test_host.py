"""The load of the machine is this machine's, and a process is measured with its children."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil

from runner.client.host import host_load, process_load
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

_CHILD = """
import subprocess, sys
held = bytearray(60_000_000)
child = subprocess.Popen([sys.executable, "-c", "held = bytearray(60_000_000); input()"])
print("held", flush=True)
input()
child.communicate(b"\\n")
"""


def test_the_machine_is_measured(tmp_path: Path) -> None:
    load = host_load(tmp_path)
    assert load.cores == psutil.cpu_count()
    assert load.memory_total == psutil.virtual_memory().total
    assert 0 < load.memory_used < load.memory_total
    assert 0 < load.disk_free < load.disk_total
    assert 0 <= load.cpu <= 1
    assert host_load(tmp_path) is load, "all sessions share a reading"


def test_a_process_counts_with_what_it_started() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert present(process.stdout).readline() == b"held\n"
        try:
            assert present(process_load(process.pid)).memory > 60_000_000
        finally:
            present(process.stdin).write(b"\n\n")
            present(process.stdin).close()
            process.kill()
    assert process_load(process.pid) is None
    assert present(process_load(os.getpid())).memory > 0
