from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from core.errors import InputError
from core.path_names import numbered, safe_name
from core.paths import CHECKOUT, Home


def test_the_files_that_people_rely_on_lie_where_the_manual_says() -> None:
    home = Home(Path("/weeks"))
    assert {
        home.relative(path)
        for path in (
            home.training_log,
            home.crash_backup_log,
            home.daily_summary(date(2026, 2, 24)),
            home.run_attempt("F12-phase4-final", 2),
            home.best_model,
            home.bad_data_backup,
            home.backup(date(2026, 2, 27)),
            home.train_data,
            home.backtest_data,
            home.ledger,
        )
    } == {
        "logs/ppo_training/training.log",
        "logs/ppo_training/CRASH_backup.log",
        "logs/ppo_training/daily_summaries/2026-02-24.json",
        "logs/ppo_training/tensorboard/F12-phase4-final/attempt-002",
        "models/ppo_phase4/best_model.zip",
        "models/ppo_phase4/backup_before_bad_data.zip",
        "models/ppo_phase4_BACKUP_27FEV",
        "data/train",
        "data/backtest",
        "reports/ledger/audit.jsonl",
    }


def test_a_given_home_goes_before_the_environment_and_that_before_the_checkout(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("TRAINWEEK_HOME", str(tmp_path / "env"))
    assert Home.find(tmp_path / "given").root == tmp_path / "given"
    assert Home.find().root == tmp_path / "env"
    monkeypatch.delenv("TRAINWEEK_HOME")
    assert Home.find().root == CHECKOUT
    assert (CHECKOUT / "core" / "paths.py").is_file()


def test_asking_for_a_path_makes_nothing(tmp_path) -> None:
    home = Home(tmp_path)
    home.run_attempt("run", 1), home.database, home.backup(date(2026, 2, 27))
    assert list(tmp_path.iterdir()) == []


def test_a_relative_path_is_resolved_against_the_home_and_an_absolute_one_kept() -> None:
    home = Home(Path("/weeks"))
    assert home.resolve("models/ppo_phase4/best_model") == Path(
        "/weeks/models/ppo_phase4/best_model"
    )
    assert home.resolve("/elsewhere/data") == Path("/elsewhere/data")
    assert home.relative(Path("/elsewhere/data")) == "/elsewhere/data"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../up", "a/b", ".hidden", "a\nb", "a b", "x" * 121]
)
def test_a_name_that_could_leave_its_folder_is_refused(name) -> None:
    with pytest.raises(InputError, match="is not a valid folder name"):
        safe_name(name)
    with pytest.raises(InputError, match="run"):
        Home(Path("/weeks")).run(name)


def test_a_symbol_trains_on_the_candles_of_its_own_folder_if_it_has_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.train_data / "BTCUSDT").mkdir(parents=True)
    assert home.train_data_of("BTCUSDT") == tmp_path / "data" / "train" / "BTCUSDT"
    for other in ("OGNUSDT", "", "..", "../train", "BTC/USDT"):
        assert home.train_data_of(other) == home.train_data


def test_a_plain_name_is_kept() -> None:
    assert safe_name("F12-phase4-final-20260223T140000Z") == "F12-phase4-final-20260223T140000Z"


def test_an_earlier_file_is_kept_under_a_numbered_name(tmp_path) -> None:
    path = tmp_path / "CRASH_backup.log"
    names = []
    for _ in range(3):
        free = numbered(path)
        free.write_text("kept", encoding="utf-8")
        names.append(free.name)
    assert names == ["CRASH_backup.log", "CRASH_backup.2.log", "CRASH_backup.3.log"]


def test_an_earlier_folder_is_kept_under_a_numbered_name(tmp_path) -> None:
    path = tmp_path / "ppo_phase4_BACKUP_27FEV"
    path.mkdir()
    assert numbered(path).name == "ppo_phase4_BACKUP_27FEV.2"


def test_the_home_folder_of_an_unknown_user_is_refused() -> None:
    for read in (Home.find, Home(Path("/weeks")).resolve):
        with pytest.raises(InputError, match="begins with a user that does not exist"):
            read("~nouser9/x")
    assert Home(Path("/weeks")).resolve("~/x") == Path.home() / "x"


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_a_folder_of_installed_packages_is_no_home(folder, tmp_path) -> None:
    with pytest.raises(InputError, match="contains installed packages") as refused:
        Home.find(tmp_path / "lib" / folder)
    assert "--home DIR" in refused.value.remedy
