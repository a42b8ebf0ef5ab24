"""Checkpoints, backups and models from elsewhere, at the terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from core.paths import Home
from runner.agent.best_model import save_best_model
from runner.agent.checkpoint import save_checkpoint
from runner.home.launch import stop_all
from tests.runner.agent.markets import candles, small_settings
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A week, one checkpoint and a best model; the network has not learned."""
    from runner.agent.session import Session
    from runner.agent.split import TrainingData

    home = Home(tmp_path / "home")
    trainweek("week", "new", "--launch", "2026-02-23T14:00Z", home=home.root)
    settings = small_settings()
    session = Session(TrainingData.prepare(candles(1500), settings), settings, 2_000, 8760)
    session.model.num_timesteps = 1_000
    save_checkpoint(home.checkpoints, session.model, "run-a", session.data.normaliser, {})
    save_best_model(
        home.best_model,
        session.model,
        {
            "run": "run-a",
            "step": 1_000,
            "normaliser": session.data.normaliser.as_dict(),
            "train_first": "2021-02-23T00:00:00Z",
            "train_last": "2021-04-26T00:00:00Z",
            "data_sha256": "0" * 64,
            "synthetic": True,
        },
    )
    yield home
    stop_all(home)


@pytest.mark.slow
def test_a_model_is_backed_up_lost_restored_and_taken_elsewhere(home: Home, tmp_path: Path) -> None:
    made = trainweek("backup", "make", home=home.root)
    assert made.returncode == 0, made.stdout + made.stderr
    (copy,) = json.loads(trainweek("backup", "list", "--json", home=home.root).stdout)
    backup = copy["folder"]
    assert backup == home.relative(home.backup(datetime.now(UTC).date())), "of the day it is made"

    (home.checkpoints / "1000" / "model.zip").write_bytes(b"lost")
    broken = trainweek("checkpoints", "--json", home=home.root)
    (found,) = json.loads(broken.stdout)
    assert broken.returncode == 1
    assert found["verified"] is False
    assert found["problem"] == "1000/model.zip was changed after it was saved."

    restored = trainweek("backup", "restore", backup, "--json", home=home.root)
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["kept"] == "models/ppo_phase4_BEFORE_RESTORE"
    twice = trainweek("backup", "restore", backup, "--from", backup, home=home.root)
    assert twice.returncode == 2
    assert "given twice" in twice.stderr
    again = trainweek("backup", "restore", "--from", backup, "--json", home=home.root)
    assert again.returncode == 0, again.stderr
    listed = trainweek("checkpoints", home=home.root)
    assert listed.returncode == 0, listed.stderr
    assert "1000  run-a" in listed.stdout, listed.stderr
    assert "verified" in listed.stdout
    whole = trainweek("backup", "verify", backup, home=home.root)
    assert whole.stdout.startswith(f"{backup}: 7 files verified, best model ")

    elsewhere = tmp_path / "elsewhere.zip"
    elsewhere.write_bytes(home.best_model.read_bytes())
    refused = trainweek("model", "import", elsewhere, home=home.root)
    assert refused.returncode == 2
    assert "has no normaliser" in refused.stderr
    manifest = home.best_model.with_name("best_model.manifest.json")
    elsewhere.with_name("elsewhere.manifest.json").write_bytes(manifest.read_bytes())
    imported = trainweek("model", "import", elsewhere, home=home.root)
    assert imported.returncode == 0, imported.stdout + imported.stderr
    assert "--model-path models/imported/elsewhere-" in imported.stdout
