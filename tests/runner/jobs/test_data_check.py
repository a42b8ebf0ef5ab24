from __future__ import annotations

from typing import TYPE_CHECKING

from core.market.sample import write_sample
from core.paths import Home
from tests.runner.jobs.job_folder import run_job

if TYPE_CHECKING:
    from pathlib import Path


def test_clean_candles_are_found_good_and_called_synthetic(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_sample(home.train_data, home.backtest_data)
    ended = run_job(home, "data-check")
    assert ended.code == 0, ended.output
    assert ended.result["ok"] is True
    assert ended.result["complete"] is True
    assert [d["facts"]["synthetic"] for d in ended.result["datasets"]] == [True, True]


def test_missing_candles_are_a_finding_that_names_the_folder(tmp_path: Path) -> None:
    ended = run_job(Home(tmp_path), "data-check")
    assert ended.code == 0, ended.output
    assert ended.result["ok"] is False
    assert len(ended.result["errors"]) == 2
    assert "data/train" in ended.result["errors"][0]


def test_a_damaged_row_is_named_with_its_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (path, _), _ = write_sample(home.train_data, home.backtest_data)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[100] = lines[100].replace(",", ",x", 1)
    path.write_text("\n".join(lines), encoding="utf-8")
    ended = run_job(home, "data-check")
    assert ended.result["ok"] is False
    assert path.name in ended.result["errors"][0]
    assert "101" in ended.result["errors"][0]
