"""Which runs a folder holds: strangers are never stitched, a resume is one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.telemetry import RunReader
from core.telemetry.readings import known_series
from core.telemetry.runs import newest_run, runs_in, without_run
from tests.event_files import write_events

if TYPE_CHECKING:
    from pathlib import Path

FPS, KL, REWARD = "time/fps", "train/approx_kl", "rollout/ep_rew_mean"
BEGIN = 1_700_000_000.0


def write(
    folder: Path, first: int, last: int, wall: float, *, every: int = 1024, name: str = "tfevents.1"
) -> None:
    """Points at these iterations, a second apart."""
    points = [(n * every, BEGIN + wall + n - first, 1.0) for n in range(first, last + 1)]
    write_events(folder, {FPS: points, REWARD: points, KL: points[1:]}, name)


def found(path: Path) -> list[tuple[str, int]]:
    """Name and number of attempts of each run."""
    reader = RunReader(path)
    reader.refresh()
    return [(run.name, len(run.events.attempts)) for run in runs_in(reader.events())]


def test_folders_that_begin_at_zero_are_several_runs(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"PPO_{number}", 1, 20, number * 100.0)
    assert found(tmp_path) == [("PPO_1", 1), ("PPO_2", 1), ("PPO_3", 1)]
    assert found(tmp_path / "PPO_2") == [("PPO_2", 1)]


def test_runs_of_equal_names_in_nested_folders_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path / "a" / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "b" / "PPO_1", 1, 20, 5.0)
    assert found(tmp_path) == [("a/PPO_1", 1), ("b/PPO_1", 1)]
    assert found(tmp_path / "a") == [("a", 1)]


@pytest.mark.parametrize("other", ["PPO_1", "PPO_2", "second_0"])
@pytest.mark.parametrize("first", [21, 15, 19])
def test_a_resume_is_an_attempt_of_the_same_run(tmp_path: Path, other: str, first: int) -> None:
    """Where the steps ended, or from an earlier checkpoint."""
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / other, first, 40, 100.0, name="tfevents.2")
    ((_, attempts),) = found(tmp_path)
    assert attempts == 2


def test_files_in_one_folder_that_begin_at_zero_are_several_runs(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path, 1, 20, number * 100.0, name=f"tfevents.{number}")
    write(tmp_path, 21, 30, 400.0, name="tfevents.4")
    assert found(tmp_path) == [("tfevents.1", 1), ("tfevents.2", 1), ("tfevents.3", 2)]


def test_two_fine_tunings_of_one_run_are_not_stitched(tmp_path: Path) -> None:
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "PPO_2", 21, 40, 100.0)
    write(tmp_path / "PPO_3", 21, 40, 200.0)
    assert found(tmp_path) == [("PPO_1 + PPO_2", 2), ("PPO_3", 1)]


def test_another_rollout_length_is_another_run(tmp_path: Path) -> None:
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "PPO_2", 1, 20, 100.0, every=8192)
    assert [name for name, _ in found(tmp_path)] == ["PPO_1", "PPO_2"]


@pytest.mark.parametrize("iterations", [1, 2])
def test_a_run_that_has_just_begun_is_a_run(tmp_path: Path, iterations: int) -> None:
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "PPO_2", 1, iterations, 10.0)
    assert [name for name, _ in found(tmp_path)] == ["PPO_1", "PPO_2"]


def test_attempts_that_trainweek_started_are_one_run_also_from_zero(tmp_path: Path) -> None:
    for run in ("one", "two"):
        for number in (1, 2):
            write(tmp_path / run / f"attempt-00{number}", 1, 20, number * 100.0)
    assert found(tmp_path) == [("one", 2), ("two", 2)]


def test_an_empty_folder_beside_a_run_is_no_run(tmp_path: Path) -> None:
    write_events(tmp_path / "PPO_1", {})
    write(tmp_path / "PPO_2", 1, 20, 0.0)
    assert len(found(tmp_path)) == 1
    write(tmp_path / "PPO_3", 1, 20, 50.0)
    reader = RunReader(tmp_path)
    reader.refresh()
    runs = runs_in(reader.events())
    assert [run.name for run in runs] == ["PPO_2", "PPO_3"]
    unread = without_run(reader, runs)
    assert unread.names == ["PPO_1/events.out.tfevents.1700000000.host.1.0"]
    assert unread.damage == []


def test_side_writers_are_no_runs(tmp_path: Path) -> None:
    for number in (1, 2):
        write(tmp_path / f"PPO_{number}", 1, 20, number * 100.0)
        points = [(2048, BEGIN + number * 100 + 5, 9.0), (9000, BEGIN + number * 100 + 9, 9.0)]
        write_events(tmp_path / f"PPO_{number}" / "eval", {REWARD: points})
        write_events(tmp_path / f"PPO_{number}" / "1795869203.67", {KL: [(0, BEGIN + 1e6, 9.0)]})
    assert found(tmp_path) == [("PPO_1", 1), ("PPO_2", 1)]
    assert found(tmp_path / "PPO_1") == [("PPO_1", 1)]


def test_two_writers_of_different_tags_are_one_run(tmp_path: Path) -> None:
    points = [(n, BEGIN + n, 1.0) for n in range(20)]
    write_events(tmp_path / "gen", {FPS: points})
    write_events(tmp_path / "disc", {"disc/loss": points})
    assert len(found(tmp_path)) == 1


def test_the_newest_run_is_the_one_that_wrote_last(tmp_path: Path) -> None:
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "PPO_2", 1, 30, 100.0)
    reader = RunReader(tmp_path)
    reader.refresh()
    newest = newest_run(reader.events())
    assert (newest.path.name, len(newest.series(FPS))) == ("PPO_2", 30)


def test_runs_that_have_only_curves_of_add_scalars_are_named_by_their_folders(
    tmp_path: Path,
) -> None:
    points = [(n, BEGIN + n, 1.0) for n in range(20)]
    for run in ("one", "two"):
        write_events(tmp_path / run, {})
        for curve in ("loss_train", "loss_val"):
            write_events(tmp_path / run / curve, {"loss": points})
    assert found(tmp_path) == [("one", 1), ("two", 1)]
    assert found(tmp_path / "one") == [("one", 1)]


def test_each_policy_of_a_run_is_judged_like_a_run(tmp_path: Path) -> None:
    line = [(n * 4000, BEGIN + n, 0.01) for n in range(1, 40)]
    exploded = [(step, wall, 0.01 if step < 60_000 else 3.0) for step, wall, _ in line]
    learners = "ray/tune/learners"
    tags = {
        "ray/tune/env_runners/episode_return_mean": line,
        f"{learners}/calm/mean_kl_loss": line,
        f"{learners}/wild/mean_kl_loss": exploded,
        f"{learners}/__all_modules__/total_loss": line,
    }
    write_events(tmp_path, tags)
    reader = RunReader(tmp_path)
    reader.refresh()
    runs = runs_in(reader.events())
    assert [run.name for run in runs] == [f"{tmp_path.name}: calm", f"{tmp_path.name}: wild"]
    assert [len(run.events.tags()) for run in runs] == [3, 3]
    highest = [known_series(run.events, KL).value.max() for run in runs]
    assert highest == [pytest.approx(0.01), 3.0]


def test_one_policy_is_the_run_itself(tmp_path: Path) -> None:
    line = [(n * 4000, BEGIN + n, 0.01) for n in range(1, 40)]
    learners = "ray/tune/learners"
    write_events(
        tmp_path,
        {
            f"{learners}/default_policy/mean_kl_loss": line,
            f"{learners}/__all_modules__/total_loss": line,
        },
    )
    assert found(tmp_path) == [(tmp_path.name, 1)]


def test_seeds_that_were_resumed_side_by_side_keep_their_own(tmp_path: Path) -> None:
    for seed, wall in (("a", 0.0), ("b", 3.0)):
        write(tmp_path / f"seed_{seed}", 1, 20, wall)
        write(tmp_path / f"seed_{seed}_resumed", 21, 40, 100.0 + wall)
    assert found(tmp_path) == [("seed_a + seed_a_resumed", 2), ("seed_b + seed_b_resumed", 2)]


def test_a_numbered_folder_continues_the_one_before_it(tmp_path: Path) -> None:
    """Not PPO_1, with which the name of PPO_10 begins."""
    write(tmp_path / "PPO_1", 1, 20, 0.0)
    write(tmp_path / "PPO_9", 1, 20, 100.0)
    write(tmp_path / "PPO_10", 21, 40, 200.0)
    assert found(tmp_path) == [("PPO_1", 1), ("PPO_9 + PPO_10", 2)]
