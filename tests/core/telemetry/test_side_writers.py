"""Files beside a trainer's own are no attempts, and no two curves are mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from torch.utils.tensorboard import SummaryWriter

from core.telemetry import RunReader
from core.telemetry.readings import last_kl, pace_series
from core.telemetry.runs import runs_in
from tests.event_files import write_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KL, REWARD, FPS, LOSS = "train/approx_kl", "rollout/ep_rew_mean", "time/fps", "train/loss"
TRAINED = (KL, REWARD, FPS, LOSS, "train/value_loss", "train/entropy_loss")


def read(path: Path) -> RunReader:
    reader = RunReader(path)
    reader.refresh()
    return reader


def train(folder: Path, tags: Iterable[str] = TRAINED, steps: int = 60) -> SummaryWriter:
    writer = SummaryWriter(str(folder))
    for number in range(1, steps + 1):
        for tag in tags:
            writer.add_scalar(tag, 3.0, number * 1024, walltime=1_800_000_000.0 + number)
    return writer


def test_hyperparameters_of_torch_are_no_attempt(tmp_path: Path) -> None:
    with train(tmp_path / "PPO_1") as writer:
        writer.add_hparams({"lr": 0.1}, {KL: 0.01, REWARD: 5.0})
    reader = read(tmp_path)
    assert [mark.name for mark in reader.attempts] == ["PPO_1"]
    assert len(reader.series(KL)) == 60
    kl = last_kl(reader)
    assert kl is not None
    assert (kl.value, kl.step) == (3.0, 61440)
    assert [file.points for file in reader.files] == [360, 2]


def test_curves_of_add_scalars_keep_their_folders_names(tmp_path: Path) -> None:
    with SummaryWriter(str(tmp_path)) as writer:
        for step in range(50):
            writer.add_scalars("loss", {"train": 1.0, "val": 2.0}, step)
    reader = read(tmp_path)
    assert reader.tags() == ["loss_train", "loss_val"]
    assert set(reader.series("loss_train").value) == {1.0}
    assert set(reader.series("loss_val", stitched=False).value) == {2.0}
    assert (reader.problems, len(reader.attempts)) == ([], 1)


def test_add_scalars_inside_a_run_hides_nothing_of_it(tmp_path: Path) -> None:
    with train(tmp_path / "run") as writer:
        for step in range(5):
            writer.add_scalars(KL, {"mean": 9.0, "max": 9.5}, step)
    reader = read(tmp_path)
    assert len(reader.attempts) == 1
    assert set(reader.series(KL).value) == {3.0}
    assert set(reader.series("train_approx_kl_max").value) == {9.5}


@pytest.mark.parametrize("folder", ["loss/train", "a/loss/train"])
def test_curves_of_tensorboardx_keep_theirs_too(tmp_path: Path, folder: str) -> None:
    points = [(step, 100.0 + step, 1.0) for step in range(9)]
    write_events(tmp_path / folder, {"loss": points})
    write_events(tmp_path / folder.replace("train", "val"), {"loss": points})
    assert read(tmp_path).tags() == ["loss/train", "loss/val"]


@pytest.mark.parametrize("folder", ["run/eval", "eval", "run/validation", "run/test_0"])
def test_an_evaluation_writer_is_no_attempt(tmp_path: Path, folder: str) -> None:
    train(tmp_path / "run").close()
    points = [(step * 10240, 1_800_000_005.0 + step, 7.0) for step in range(1, 6)]
    write_events(tmp_path / folder, {REWARD: points, "eval/mean_reward": points})
    reader = read(tmp_path)
    assert len(reader.attempts) == 1
    assert set(reader.series(REWARD).value) == {3.0}
    assert set(reader.series(f"{folder.rpartition('/')[2]}:{REWARD}").value) == {7.0}
    assert len(reader.series("eval/mean_reward")) == 5
    assert len(pace_series(reader)) == 60
    assert reader.problems == []


def test_a_second_writer_of_one_tag_in_the_same_folder_is_no_attempt(tmp_path: Path) -> None:
    train(tmp_path).close()
    points = [(step, 1_800_000_005.0 + step, 7.0) for step in range(1, 6)]
    write_events(tmp_path, {REWARD: points})
    reader = read(tmp_path)
    assert len(reader.attempts) == 1
    assert set(reader.series(REWARD).value) == {3.0}
    assert reader.problems == []


def test_a_restart_after_one_iteration_is_an_attempt(tmp_path: Path) -> None:
    """It has few tags until its first update."""
    train(tmp_path / "attempt-001").close()
    points = [(20480, 1_800_000_900.0, 7.0)]
    write_events(tmp_path / "attempt-002", {REWARD: points, FPS: points})
    reader = read(tmp_path)
    assert [mark.name for mark in reader.attempts] == ["attempt-001", "attempt-002"]
    assert reader.series(REWARD).value.tolist() == [3.0] * 19 + [7.0]


def test_an_attempt_with_an_evaluation_of_its_own_keeps_it_apart(tmp_path: Path) -> None:
    for number, wall in ((1, 1000.0), (2, 5000.0)):
        folder = tmp_path / f"attempt-00{number}"
        points = [(step * 10, wall + step, float(number)) for step in range(1, 20)]
        write_events(folder, {FPS: points, KL: points, LOSS: points})
        write_events(folder / "eval", {KL: points[:3]})
    reader = read(tmp_path)
    assert len(reader.attempts) == 2
    assert reader.series(KL).value.tolist() == [2.0] * 19
    assert reader.series(f"eval:{KL}").value.tolist() == [2.0] * 3


def test_hyperparameters_with_the_last_step_are_no_run_of_their_own(tmp_path: Path) -> None:
    with train(tmp_path / "PPO_1") as writer:
        writer.add_hparams(
            {"lr": 0.1}, {KL: 0.01, REWARD: 5.0, FPS: 900.0}, run_name="hparams", global_step=61440
        )
    (run,) = runs_in(read(tmp_path).events())
    kl = last_kl(run.events)
    assert kl is not None
    assert (kl.value, len(run.events.series(KL))) == (3.0, 60)
    assert run.events.series("hparams:" + KL).value.tolist() == [pytest.approx(0.01)]


def test_a_run_below_another_begins_at_its_own_first_step(tmp_path: Path) -> None:
    train(tmp_path / "PPO_1").close()
    train(tmp_path / "PPO_1" / "PPO_2", (KL, REWARD, FPS), steps=1).close()
    assert len(runs_in(read(tmp_path).events())) == 2


@pytest.mark.parametrize("name", ["test", "val_2", "PPO_1_test"])
def test_a_trainer_in_a_folder_named_like_an_evaluation_is_a_run(tmp_path: Path, name: str) -> None:
    train(tmp_path / "PPO_1").close()
    train(tmp_path / name).close()
    assert len(runs_in(read(tmp_path).events())) == 2


def test_an_evaluation_in_a_folder_named_after_its_run_is_none(tmp_path: Path) -> None:
    train(tmp_path / "PPO_1").close()
    train(tmp_path / "PPO_2").close()
    train(tmp_path / "PPO_1_eval", (REWARD,), steps=20).close()
    runs = runs_in(read(tmp_path).events())
    tags = [f"PPO_1_eval:{REWARD}" in run.events.tags() for run in runs]
    assert (len(runs), sum(tags)) == (2, 1)
    assert len(runs[tags.index(True)].events.series(REWARD)) == 60
