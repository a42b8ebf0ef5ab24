from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.paths import Home
from runner.backups import MANIFEST, checksums
from tests.runner.jobs.job_folder import run_job


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.model.mkdir(parents=True)
    home.best_model.write_bytes(b"weights of the best model")
    checkpoint = home.checkpoints / "50000"
    checkpoint.mkdir(parents=True)
    (checkpoint / "model.zip").write_bytes(b"weights at 50000")
    return home


def test_a_backup_holds_every_file_and_its_checksum(home: Home) -> None:
    ended = run_job(home, "backup")
    assert ended.code == 0, ended.output
    target = home.root / "models" / "ppo_phase4_BACKUP_27FEV"
    assert ended.result["complete"] and ended.result["backup"] == "models/ppo_phase4_BACKUP_27FEV"
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["files"] == checksums(home.model)
    assert set(manifest["files"]) == {"best_model.zip", "checkpoints/50000/model.zip"}
    assert (target / "best_model.zip").read_bytes() == b"weights of the best model"


def test_an_earlier_backup_is_kept_under_a_number(home: Home) -> None:
    run_job(home, "backup")
    home.best_model.write_bytes(b"better weights")
    run_job(home, "backup")
    models = home.root / "models"
    assert (models / "ppo_phase4_BACKUP_27FEV" / "best_model.zip").read_bytes() == b"better weights"
    kept = models / "ppo_phase4_BACKUP_27FEV.2" / "best_model.zip"
    assert kept.read_bytes() == b"weights of the best model"


def test_without_a_model_the_backup_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ended = run_job(home, "backup")
    assert ended.code == 2
    assert "models/ppo_phase4/best_model.zip" in ended.result["error"]
    assert not list((home.root).glob("models/*BACKUP*"))
