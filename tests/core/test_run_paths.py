"""Where the runs of a week write."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.paths import Home

ROOT = Path("/somewhere")


def test_without_a_place_the_paths_are_those_of_the_manual() -> None:
    home = Home(ROOT).of(None)
    assert home == Home(ROOT)
    assert home.training_log == ROOT / "logs/ppo_training/training.log"
    assert home.best_model == ROOT / "models/ppo_phase4/best_model.zip"
    assert home.own("models/ppo_phase4/best_model") == "models/ppo_phase4/best_model"


def test_a_place_has_the_same_paths_below_its_own_folder() -> None:
    home = Home(ROOT).of("BTCUSDT")
    assert home.training_log == ROOT / "logs/BTCUSDT/ppo_training/training.log"
    assert home.checkpoints == ROOT / "models/BTCUSDT/ppo_phase4/checkpoints"
    assert home.revalidation == ROOT / "reports/BTCUSDT/revalidation"
    assert home.own("models/ppo_phase4/best_model") == "models/BTCUSDT/ppo_phase4/best_model"
    assert home.own("models/mine/best_model") == "models/mine/best_model"


def test_what_is_of_all_weeks_has_no_place() -> None:
    home, placed = Home(ROOT), Home(ROOT).of("BTCUSDT")
    shared = [
        (one.jobs, one.database, one.ledger, one.revalidation_archive, one.train_data)
        for one in (home, placed)
    ]
    assert shared[0] == shared[1]


def test_a_place_is_one_folder() -> None:
    with pytest.raises(InputError):
        _ = Home(ROOT).of("../else").training


def test_the_places_of_a_home_are_found_by_their_folders(tmp_path: Path) -> None:
    (tmp_path / "logs/BTCUSDT/ppo_training").mkdir(parents=True)
    (tmp_path / "models/ETHUSDT/ppo_phase4").mkdir(parents=True)
    (tmp_path / "logs/jobs").mkdir()
    assert [one.place for one in Home(tmp_path).places()] == [None, "BTCUSDT", "ETHUSDT"]
