"""Failures on demand: at their place and time, and never otherwise."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runner.failpoints import Failpoint, arm, fail_here

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


def test_nothing_fails_unless_asked() -> None:
    fail_here("anywhere")
    arm("elsewhere:kill")
    fail_here("anywhere")


def test_the_nth_hit_fails_once_or_from_then_on() -> None:
    arm("once:raise@2, always:enospc@2+")
    fail_here("once")
    with pytest.raises(Failpoint, match="once"):
        fail_here("once")
    fail_here("once")
    fail_here("always")
    for _ in range(3):
        with pytest.raises(OSError, match="No space left") as full:
            fail_here("always")
        assert full.value.errno == errno.ENOSPC


@pytest.mark.parametrize("text", ["place", "place:explode", "place:kill@0", ":kill", "a:kill;b"])
def test_a_fault_that_would_never_be_injected_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="TRAINWEEK_FAIL"):
        arm(text)


@pytest.mark.parametrize(("action", "code"), [("kill", -signal.SIGKILL), ("exit", 70)])
def test_a_process_is_ended_at_the_place(action: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from runner.failpoints import fail_here as f; f('here'); print(1)"],
        env=os.environ | {"TRAINWEEK_FAIL": f"here:{action}"},
        capture_output=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (code, b"")
