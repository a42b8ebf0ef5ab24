"""Prices that no market makes are errors; crashes are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.market import load_candles
from core.market.quality import quality
from tests.core.market.bars import START, bars, scaled, silent, written
from tests.shared_files import shared_file

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def codes(folder: Path) -> tuple[set[str], set[str]]:
    report = quality(load_candles(folder))
    return {each.code for each in report.errors}, {each.code for each in report.warnings}


@pytest.mark.parametrize("factor", [1000.0, 0.001, 10.0, 2.5, 0.3])
def test_a_level_that_jumps_and_stays_is_an_error_with_time_and_file(
    tmp_path: Path, factor: float
) -> None:
    written(tmp_path / "a.csv", scaled(bars(), slice(100, 240), factor))
    (issue,) = quality(load_candles(tmp_path)).errors
    assert issue.code == "price_level_jumps"
    assert "2024-09-05 04:00 UTC (a.csv)" in issue.message


@pytest.mark.parametrize("rows", [slice(0, 1), slice(100, 101), slice(100, 103), slice(239, 240)])
def test_a_bar_far_from_its_neighbours_is_an_error(tmp_path: Path, rows: slice) -> None:
    written(tmp_path / "a.csv", scaled(bars(), rows, 50.0))
    errors, _ = codes(tmp_path)
    assert errors == {"price_spike"}


@pytest.mark.parametrize(("column", "factor"), [("high", 50.0), ("low", 0.001)])
def test_an_absurd_wick_is_an_error_and_a_flash_crash_a_warning(
    tmp_path: Path, column: str, factor: float
) -> None:
    row = slice(50, 51)
    written(tmp_path / "a.csv", scaled(bars(), row, factor, (column,)))
    assert codes(tmp_path)[0] == {"absurd_wick"}
    mild = 3.0 if factor > 1 else 1 / 3
    written(tmp_path / "a.csv", scaled(bars(), row, mild, (column,)))
    assert codes(tmp_path) == (set(), {"long_wick"})


def crash(share: float) -> pd.DataFrame:
    """Traded down within one bar: it opens where the last one closed."""
    after = scaled(bars(), slice(101, 240), 1 - share)
    return scaled(after, slice(100, 101), 1 - share, ("low", "close"))


def test_a_crash_inside_a_bar_is_a_warning(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", crash(0.7))
    assert codes(tmp_path) == (set(), {"large_move"})


def test_real_hours_have_no_impossible_price() -> None:
    errors, warnings = codes(shared_file("data/OGNUSDT-1h-2020-12_2022-12.csv"))
    assert not errors
    assert "long_wick" not in warnings


def test_two_symbols_in_one_folder_are_an_error(tmp_path: Path) -> None:
    written(tmp_path / "OGNUSDT-1h-2024-09.csv", bars())
    written(tmp_path / "BTCUSDT-1h-2024-09.csv", bars(start=START.replace(month=10), price=60_000))
    report = quality(load_candles(tmp_path))
    (issue,) = [each for each in report.errors if each.code == "several_symbols"]
    assert "BTCUSDT (BTCUSDT-1h-2024-09.csv), OGNUSDT (OGNUSDT-1h-2024-09.csv)" in issue.message


def test_bars_that_another_program_filled_count_as_filled(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", silent(bars(1000), slice(10, 15)))
    found = load_candles(tmp_path)
    assert int(found.frame["is_filled"].sum()) == 5
    report = quality(found)
    assert report.ok
    assert report.facts["longest_filled_run"] == 5
    written(tmp_path / "a.csv", silent(bars(1000), slice(10, 25)))
    assert codes(tmp_path)[0] == {"too_many_filled"}
    written(tmp_path / "a.csv", silent(bars(4000), slice(10, 35)))
    assert codes(tmp_path)[0] == {"long_filled_run"}
    quiet = scaled(bars(1000), slice(10, 15), 0.0, ("volume",))  # prices move: not a filler
    written(tmp_path / "a.csv", quiet)
    assert codes(tmp_path) == (set(), {"zero_volume"})
