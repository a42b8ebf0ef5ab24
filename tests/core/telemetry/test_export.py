"""Export through tbparse, of files that torch's own writer made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.errors import InputError, TelemetryError
from core.telemetry import RunReader
from core.telemetry.export import export_run, hyperparameters, scalars, texts
from tests.event_files import write_events

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from torch.utils.tensorboard import SummaryWriter

    folder = tmp_path_factory.mktemp("run")
    with SummaryWriter(str(folder)) as writer:
        for step in range(50):
            writer.add_scalar("train/loss", 1.0 / (step + 1), step)
            writer.add_scalar("eval/new_style", step * 2.0, step, new_style=True)
        writer.add_text("note", "<b>bold</b>", 3)
        writer.add_hparams({"learning_rate": 3e-4, "symbol": "OGNUSDT"}, {"m": 1.0}, run_name=".")
    return folder


def test_our_reader_agrees_with_tensorboards_own(run):
    reader = RunReader(run)
    reader.refresh()
    ours = reader.frame()
    theirs = scalars(run)
    columns = ["tag", "step"]
    pd.testing.assert_frame_equal(
        ours.sort_values(columns).reset_index(drop=True),
        theirs.sort_values(columns).reset_index(drop=True),
        check_dtype=False,
    )
    assert len(ours) == 101


def test_hyperparameters_and_texts_are_read(run):
    assert hyperparameters(run) == {"learning_rate": 3e-4, "symbol": "OGNUSDT"}
    assert texts(run)[["step", "text"]].to_numpy().tolist() == [[3, "<b>bold</b>"]]


def test_a_run_without_them_has_none(tmp_path):
    write_events(tmp_path, {"a": [(1, 1.0, 1.0)]})
    assert hyperparameters(tmp_path) == {}
    assert texts(tmp_path).empty


@pytest.mark.parametrize(("suffix", "load"), [("csv", pd.read_csv), ("parquet", pd.read_parquet)])
def test_a_whole_run_is_exported(run, tmp_path, suffix, load):
    frame = load(export_run(run, tmp_path / "out" / f"run.{suffix}"))
    assert frame.columns.tolist() == ["tag", "step", "wall_time", "value"]
    assert len(frame) == 101


def test_several_runs_in_a_folder_keep_their_names(tmp_path):
    for number, value in ((1, 1.0), (2, 2.0)):
        points = [(step, 1_700_000_000.0 + 1000 * number + step, value) for step in range(1, 30)]
        write_events(tmp_path / f"PPO_{number}", {"rollout/ep_rew_mean": points})
    frame = pd.read_csv(export_run(tmp_path, tmp_path / "out.csv"))
    assert frame.columns.tolist() == ["run", "tag", "step", "wall_time", "value"]
    assert frame.groupby("run")["value"].agg(["min", "max", "size"]).to_dict("index") == {
        "PPO_1": {"min": 1.0, "max": 1.0, "size": 29},
        "PPO_2": {"min": 2.0, "max": 2.0, "size": 29},
    }


def test_an_unknown_format_and_a_missing_run_are_refused(run, tmp_path):
    with pytest.raises(InputError, match=r"run.xlsx is not a CSV or Parquet"):
        export_run(run, tmp_path / "run.xlsx")
    with pytest.raises(TelemetryError, match="does not exist"):
        export_run(tmp_path / "nowhere", tmp_path / "run.csv")
