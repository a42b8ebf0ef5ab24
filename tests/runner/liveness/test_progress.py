"""Signs of progress: seen when they change, timed by the clock that nobody sets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.liveness import Limits, judge_liveness
from core.vocabulary import JobState
from runner.liveness.progress import (
    PULSE,
    Places,
    Signs,
    look_for_signs,
    read_pulse,
    vitals,
    write_pulse,
)
from runner.processes.process_table import ProcessEntry

WALL = 1_800_000_000.0


@pytest.fixture
def places(tmp_path: Path) -> Places:
    for name in ("attempt", "events", "checkpoints"):
        (tmp_path / name).mkdir()
    return Places(tmp_path / "attempt", tmp_path / "events", tmp_path / "checkpoints")


def steps(places: Places, step: object) -> None:
    (places.folder / "progress.json").write_text(json.dumps({"steps": step}))


def look(places: Places, before: Signs | None, at: float, cpu: float | None = None) -> Signs:
    tree = {} if cpu is None else {1: ProcessEntry(0, "S", 1, cpu)}
    return look_for_signs(places, before, tree, at, wall=WALL)


def test_progress_is_steps_going_up_not_a_file_that_is_rewritten(places: Places) -> None:
    steps(places, 100)
    first = look(places, None, at=1000.0)
    steps(places, 200)
    second = look(places, first, at=1010.0)
    steps(places, 200)
    third = look(places, second, at=1020.0)
    assert (second.step, second.step_at) == (200, 1010.0)
    assert (third.step, third.step_at) == (200, 1010.0)


def test_events_and_checkpoints_count_in_subfolders_and_only_when_complete(places: Places) -> None:
    assert look(places, None, at=1000.0).events_at is None
    file = places.events / "PPO_1" / "events.out.tfevents.1"
    file.parent.mkdir()
    file.write_bytes(b"12")
    first = look(places, None, at=1000.0)
    file.write_bytes(b"1234")
    (places.checkpoints / ".partial").mkdir()
    second = look(places, first, at=1010.0)
    assert second.events_at == 1010.0
    assert second.checkpoint_at is None
    (places.checkpoints / "4096").mkdir()
    assert look(places, second, at=1020.0).checkpoint_at is not None


def test_what_changed_before_anybody_looked_is_as_old_as_its_file(places: Places) -> None:
    steps(places, 100)
    os.utime(places.folder / "progress.json", (WALL - 300, WALL - 300))
    assert look(places, None, at=1000.0).step_at == 700.0
    os.utime(places.folder / "progress.json", (WALL + 86_400, WALL + 86_400))
    assert look(places, None, at=1000.0).step_at == 1000.0  # a clock that was set back


def test_the_cadence_is_learned_from_what_was_seen(places: Places) -> None:
    signs = None
    for number in range(5):
        steps(places, number)
        signs = look(places, signs, at=1000.0 + 30 * number)
    assert signs is not None and signs.gap == 30.0


def test_cpu_is_that_of_the_tree_between_two_looks(places: Places) -> None:
    first = look(places, None, at=1000.0, cpu=5.0)
    second = look(places, first, at=1010.0, cpu=12.0)
    assert (second.cores, second.window) == (0.7, 10.0)
    again = look(places, second, at=1010.1, cpu=12.0)  # too short to say anything
    assert (again.cores, again.window) == (0.7, 10.0)


def test_a_checkpoint_of_an_earlier_attempt_is_no_sign_of_this_one(places: Places) -> None:
    (places.checkpoints / "4096").mkdir()
    os.utime(places.checkpoints / "4096", (WALL - 900, WALL - 900))
    signs = look(places, None, at=1000.0)
    seen = vitals(signs, JobState.RUNNING, "S", age=30.0, monotonic=1000.0)
    assert seen.checkpoint_age == 30.0  # it can't be older than the attempt


def test_a_pulse_goes_from_one_runner_to_the_next(places: Places) -> None:
    steps(places, 7)
    signs = look(places, look(places, None, at=1000.0, cpu=1.0), at=1010.0, cpu=2.0)
    pulse = judge_liveness(vitals(signs, JobState.RUNNING, "S", 60.0, 1010.0))
    write_pulse(places.folder, signs, Limits(), pulse, stalls=2)
    back, stored = read_pulse(places.folder)
    assert back == signs
    assert (stored["liveness"], stored["stalls"]) == ("WORKING", 2)


@pytest.mark.parametrize("content", ["", "{}", '{"signs": {"boot": 1}}', "[1]"])
def test_a_pulse_that_says_nothing_is_none(places: Places, content: str) -> None:
    (places.folder / PULSE).write_text(content)
    assert read_pulse(places.folder)[0] is None


def test_a_pulse_of_another_boot_is_none(places: Places) -> None:
    signs = Signs("another-boot", 1000.0)
    pulse = judge_liveness(vitals(signs, JobState.RUNNING, "S", 60.0, 1010.0))
    write_pulse(places.folder, signs, Limits(), pulse, stalls=0)
    assert read_pulse(places.folder)[0] is None
