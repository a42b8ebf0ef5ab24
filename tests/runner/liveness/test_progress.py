"""Progress signals: noticed when they change, timed by the monotonic clock."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from core.liveness import Limits, judge_liveness
from core.vocabulary import JobState
from runner.liveness.progress import (
    PULSE,
    ProgressPaths,
    ProgressSignals,
    read_pulse,
    read_signals,
    vitals,
    write_pulse,
)
from runner.processes.process_table import ProcessEntry
from tests.expected import present

if TYPE_CHECKING:
    from pathlib import Path

WALL = 1_800_000_000.0


@pytest.fixture
def paths(tmp_path: Path) -> ProgressPaths:
    for name in ("attempt", "events", "checkpoints"):
        (tmp_path / name).mkdir()
    return ProgressPaths(tmp_path / "attempt", tmp_path / "events", tmp_path / "checkpoints")


def steps(paths: ProgressPaths, step: object) -> None:
    (paths.folder / "progress.json").write_text(json.dumps({"steps": step}))


def look(
    paths: ProgressPaths, before: ProgressSignals | None, at: float, cpu: float | None = None
) -> ProgressSignals:
    tree = {} if cpu is None else {1: ProcessEntry(0, "S", 1, cpu)}
    return read_signals(paths, before, tree, at, wall=WALL)


def test_progress_is_steps_going_up_not_a_file_that_is_rewritten(paths: ProgressPaths) -> None:
    steps(paths, 100)
    first = look(paths, None, at=1000.0)
    steps(paths, 200)
    second = look(paths, first, at=1010.0)
    steps(paths, 200)
    third = look(paths, second, at=1020.0)
    assert (second.step, second.step_at) == (200, 1010.0)
    assert (third.step, third.step_at) == (200, 1010.0)


def test_events_and_checkpoints_count_in_subfolders_and_only_when_complete(
    paths: ProgressPaths,
) -> None:
    assert look(paths, None, at=1000.0).events_at is None
    file = present(paths.events) / "PPO_1" / "events.out.tfevents.1"
    file.parent.mkdir()
    file.write_bytes(b"12")
    first = look(paths, None, at=1000.0)
    file.write_bytes(b"1234")
    (present(paths.checkpoints) / ".partial").mkdir()
    second = look(paths, first, at=1010.0)
    assert second.events_at == 1010.0
    assert second.checkpoint_at is None
    (present(paths.checkpoints) / "4096").mkdir()
    assert look(paths, second, at=1020.0).checkpoint_at is not None


def test_what_changed_before_anybody_looked_is_as_old_as_its_file(paths: ProgressPaths) -> None:
    steps(paths, 100)
    os.utime(paths.folder / "progress.json", (WALL - 300, WALL - 300))
    assert look(paths, None, at=1000.0).step_at == 700.0
    os.utime(paths.folder / "progress.json", (WALL + 86_400, WALL + 86_400))
    assert look(paths, None, at=1000.0).step_at == 1000.0  # a clock that was set back


def test_the_cadence_is_learned_from_what_was_seen(paths: ProgressPaths) -> None:
    signals = None
    for number in range(5):
        steps(paths, number)
        signals = look(paths, signals, at=1000.0 + 30 * number)
    assert signals is not None
    assert signals.gap == 30.0


def test_cpu_is_that_of_the_tree_between_two_looks(paths: ProgressPaths) -> None:
    first = look(paths, None, at=1000.0, cpu=5.0)
    second = look(paths, first, at=1010.0, cpu=12.0)
    assert (second.cores, second.window) == (0.7, 10.0)
    again = look(paths, second, at=1010.1, cpu=12.0)  # too short to say anything
    assert (again.cores, again.window) == (0.7, 10.0)


def test_a_checkpoint_of_an_earlier_attempt_is_no_sign_of_this_one(paths: ProgressPaths) -> None:
    checkpoint = present(paths.checkpoints) / "4096"
    checkpoint.mkdir()
    os.utime(checkpoint, (WALL - 900, WALL - 900))
    signals = look(paths, None, at=1000.0)
    seen = vitals(signals, JobState.RUNNING, "S", age=30.0, monotonic=1000.0)
    assert seen.checkpoint_age is None
    assert judge_liveness(seen).silence == 30.0, "the attempt's age"


def test_a_pulse_goes_from_one_runner_to_the_next(paths: ProgressPaths) -> None:
    steps(paths, 7)
    signals = look(paths, look(paths, None, at=1000.0, cpu=1.0), at=1010.0, cpu=2.0)
    pulse = judge_liveness(vitals(signals, JobState.RUNNING, "S", 60.0, 1010.0))
    write_pulse(paths.folder, signals, Limits(), pulse, stalls=2)
    back, stored = read_pulse(paths.folder)
    assert back == signals
    assert (stored["liveness"], stored["stalls"]) == ("WORKING", 2)


@pytest.mark.parametrize("content", ["", "{}", '{"signs": {"boot": 1}}', "[1]"])
def test_a_pulse_that_says_nothing_is_none(paths: ProgressPaths, content: str) -> None:
    (paths.folder / PULSE).write_text(content)
    assert read_pulse(paths.folder)[0] is None


def test_a_pulse_of_another_boot_is_none(paths: ProgressPaths) -> None:
    signals = ProgressSignals("another-boot", 1000.0)
    pulse = judge_liveness(vitals(signals, JobState.RUNNING, "S", 60.0, 1010.0))
    write_pulse(paths.folder, signals, Limits(), pulse, stalls=0)
    assert read_pulse(paths.folder)[0] is None
