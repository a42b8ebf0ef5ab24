from __future__ import annotations

from typing import TYPE_CHECKING

from core.market.sample import write_sample
from core.paths import Home
from core.playbook import default_playbook_text, parse_playbook
from runner.week.data_availability import check_datasets

if TYPE_CHECKING:
    from pathlib import Path


def test_both_folders_are_reported_even_if_one_is_missing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_sample(home.train_data, tmp_path / "elsewhere")
    result, text = check_datasets(home)
    assert result["ok"] is False
    assert [(d["name"], d["ok"]) for d in result["datasets"]] == [
        ("train", True),
        ("backtest", False),
    ]
    assert all(error.startswith("Backtest data: ") for error in result["errors"])
    assert "data/backtest" in text
    assert "trainweek data sample" in text


def test_an_empty_folder_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.train_data.mkdir(parents=True)
    result, _ = check_datasets(home, {"train": home.train_data})
    assert result["ok"] is False
    assert "data/train" in result["errors"][0]


def test_train_and_backtest_of_a_sample_do_not_overlap(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_sample(home.train_data, home.backtest_data)
    result, _ = check_datasets(home)
    train, backtest = (d["facts"] for d in result["datasets"])
    assert train["last"] < backtest["first"]
    assert backtest["days"] >= 365


def test_a_weeks_own_symbol_and_its_playbooks_folder_say_which_candles_are_read(
    tmp_path: Path,
) -> None:
    home, first = Home(tmp_path), parse_playbook(default_playbook_text(), "")
    other = first.model_copy(
        update={
            "symbol": "BTCUSDT",
            "revalidation": first.revalidation.model_copy(
                update={"backtest_data_dir": "data/backtest/BTCUSDT"}
            ),
        }
    )
    write_sample(home.train_data, home.backtest_data)
    result, _ = check_datasets(home, playbook=other)
    assert [d["folder"] for d in result["datasets"]] == ["data/train", "data/backtest/BTCUSDT"]
    (home.train_data / "BTCUSDT").mkdir()
    result, _ = check_datasets(home, playbook=other)
    assert result["datasets"][0]["folder"] == "data/train/BTCUSDT"
    result, _ = check_datasets(home, playbook=first)
    assert [d["folder"] for d in result["datasets"]] == ["data/train", "data/backtest"]
    assert result["ok"], "a folder of another symbol changes nothing for the first one"
