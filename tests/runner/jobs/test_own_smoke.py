"""The pre-flight runs the playbook's own command: shortened, watched, and judged by its events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psutil
import pytest

from core.paths import Home
from runner.jobs.own_smoke import OwnSmoke, own_smoke
from tests.portuguese import untranslated

if TYPE_CHECKING:
    from pathlib import Path

WRITES = """
import sys, time
sys.path.insert(0, sys.argv[1])
from tests.event_files import write_events
tag, steps, folder = sys.argv[4], int(sys.argv[3]), sys.argv[2]
write_events(folder, {tag: [(step, 1.7e9 + step, 1.0) for step in range(0, steps + 1, 256)]})
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def run(home: Home, code: str, *more: str, steps: str = "{steps}", **limits: float) -> OwnSmoke:
    script = home.root / "trainer.py"
    script.write_text(code, encoding="utf-8")
    words = ("{python}", str(script), "{checkout}", "{tensorboard_dir}", steps, *more)
    found = own_smoke(words, home, 512, **limits)
    for said in (found.why, found.remedy):
        assert said is None or untranslated(said) == []
    return found


def test_a_command_that_writes_its_events_passes(home: Home) -> None:
    found = run(home, WRITES, "rollout/ep_rew_mean")
    assert (found.ok, found.steps, found.remedy) == (True, 512, None)
    assert "wrote 1 scalar up to step 512" in found.why
    assert not list(home.root.rglob("events.out*")), "nothing is left in the data directory"


def test_a_run_without_a_reward_yet_passes_and_says_so(home: Home) -> None:
    found = run(home, WRITES, "train/approx_kl")
    assert found.ok
    assert "No reward among them yet: train/approx_kl." in found.why


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit('no such data')", "exit code 1. no such data"),
        ("print('fine')", "wrote no TensorBoard events"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9"),
    ],
)
def test_a_command_that_fails_names_what_it_said(home: Home, code: str, said: str) -> None:
    found = run(home, code)
    assert not found.ok
    assert said in found.why
    assert found.remedy


def test_names_that_nothing_is_known_of_fail(home: Home) -> None:
    found = run(home, WRITES, "my/own/number")
    assert not found.ok
    assert "None of the trainer's scalars is known: my/own/number." in found.why


def test_a_program_that_is_not_there_is_named(home: Home) -> None:
    found = own_smoke(("no-such-program", "{steps}"), home, 512)
    assert (found.ok, found.steps) == (False, None)
    assert "no-such-program can't be started: No such file" in found.why


def test_a_command_without_steps_is_stopped_with_its_children(home: Home) -> None:
    child = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)  # left'])\n"
    found = run(
        home,
        WRITES + child + "time.sleep(60)",
        "rollout/ep_rew_mean",
        steps="1024",
        long_enough_s=3.0,
    )
    assert (found.ok, found.steps) == (True, 1024)
    assert "It takes no {steps}, so it was stopped." in found.why
    time.sleep(0.2)
    assert not [p for p in psutil.process_iter(["cmdline"]) if "# left" in str(p.info["cmdline"])]


def test_a_command_that_ignores_its_steps_fails(home: Home) -> None:
    found = run(home, "import time; time.sleep(60)", ends_within_s=0.5)
    assert not found.ok
    assert "did not end within 0.5 s" in found.why
