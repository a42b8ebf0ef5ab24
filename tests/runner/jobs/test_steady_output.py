from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from runner.jobs.steady_output import SteadyOutput

if TYPE_CHECKING:
    import pytest


def test_a_pipe_that_nobody_reads_loses_lines_and_nothing_else() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    output = SteadyOutput(writer)
    assert output.write("one\ntwo\n") == 8
    print("three", file=output, flush=True)
    os.close(writer)


def test_what_is_missing_is_said_once_when_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    output = SteadyOutput(writer, stamp=lambda: "12:00 ")
    whole = os.write
    full: list[bool] = []

    def write(descriptor: int, content: bytes) -> int:
        if full:
            raise OSError(28, "No space left on device")
        return whole(descriptor, content)

    monkeypatch.setattr(os, "write", write)
    output.write("before\n")
    full.append(True)
    for _ in range(3):
        output.write("lost\n")
    full.clear()
    output.write("after\n")
    output.write("and on\n")
    os.close(writer)
    with os.fdopen(reader) as read:
        assert read.read().splitlines() == [
            "before",
            "12:00 [WARN] log truncated: 3 lines lost (No space left on device)",
            "after",
            "and on",
        ]


def test_a_program_whose_output_is_full_ends_with_its_own_exit_code() -> None:
    """Python alone fails on what it could not flush."""
    code = "print('x'); raise SystemExit(0)"
    steady = "from runner.jobs.steady_output import make_output_steady; make_output_steady()\n"
    with open("/dev/full", "wb") as full:  # noqa: PTH123
        ends = [
            subprocess.run([sys.executable, "-c", text], stdout=full, stderr=full).returncode
            for text in (code, steady + code)
        ]
    assert ends[0] != 0
    assert ends[1] == 0
