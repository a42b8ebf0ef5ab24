"""Training and backtest candles together."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.market import load_candles
from core.market.pair_rules import pair_errors, pair_warnings, symbol_errors
from tests.core.market.bars import START, bars, written

if TYPE_CHECKING:
    from pathlib import Path

    from core.market import Candles


def candles(
    folder: Path, day: float, days: float, name: str = "a.csv", seed: int | None = None
) -> Candles:
    """A market of its own for each beginning, unless a seed names it."""
    start = START + timedelta(days=day)
    frame = bars(round(days * 24), start, seed=round(day * 24) if seed is None else seed)
    return load_candles(written(folder / name, frame))


@pytest.mark.parametrize(
    ("train", "backtest", "found"),
    [
        ((0, 30), (30, 100), []),
        ((0, 30), (40, 100), []),
        ((0, 30), (29.5, 100), ["overlap"]),
        ((0, 30), (0, 30), ["overlap"]),
        ((0, 30), (10, 5), ["overlap"]),
        ((40, 30), (0, 30), ["wrong_order"]),
    ],
)
def test_overlap_and_wrong_order_are_errors(
    tmp_path: Path, train: tuple[float, float], backtest: tuple[float, float], found: list[str]
) -> None:
    a, b = candles(tmp_path / "t", *train), candles(tmp_path / "b", *backtest)
    assert [issue.code for issue in pair_errors(a, b)] == found


def test_an_overlap_counts_its_bars(tmp_path: Path) -> None:
    a, b = candles(tmp_path / "t", 0, 60), candles(tmp_path / "b", 60 - 200 / 24, 100)
    (issue,) = pair_errors(a, b)
    assert issue.count == 200
    assert "share 200 bars" in issue.message


def test_training_bars_under_other_times_are_an_error(tmp_path: Path) -> None:
    a = candles(tmp_path / "t", 0, 30, seed=5)
    b = candles(tmp_path / "b", 365, 30, seed=5)
    (issue,) = pair_errors(a, b)
    assert (issue.code, issue.count) == ("repeated_bars", 720)
    assert "repeat the training data of 2024-09-01" in issue.message


def test_candles_of_different_symbols_are_no_pair(tmp_path: Path) -> None:
    a = candles(tmp_path / "t", 0, 30, "OGNUSDT-1h.csv")
    b = candles(tmp_path / "b", 30, 30, "Binance_BTCUSDT_1h.csv")
    assert [issue.code for issue in pair_errors(a, b)] == ["symbols_differ"]
    assert [issue.code for issue in symbol_errors(b, "OGNUSDT")] == ["wrong_symbol"]
    assert symbol_errors(a, "OGNUSDT") == []
    assert symbol_errors(candles(tmp_path / "n", 0, 30), "OGNUSDT") == []


def test_a_backtest_too_short_for_the_evidence_is_said(tmp_path: Path) -> None:
    (issue,) = pair_warnings(candles(tmp_path, 0, 30), 90)
    assert "cover 30 days; with fewer than 90 days" in issue.message
    assert pair_warnings(candles(tmp_path, 0, 90), 90) == []
