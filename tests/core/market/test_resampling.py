"""Hourly bars from shorter ones."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.market import load_candles
from core.market.quality import quality
from tests.core.market.bars import START, bars, written
from tests.runner.cli.terminal import trainweek

if TYPE_CHECKING:
    from pathlib import Path


def test_shorter_bars_become_hours_and_the_file_says_so(tmp_path: Path) -> None:
    short = bars(12 * 60, step="5min")
    short = short.drop(short.index[[30, 31]])  # in the third hour
    source = written(tmp_path / "m5" / "OGNUSDT-5m.csv", short)
    target = tmp_path / "h1" / "OGNUSDT-1h.csv"
    done = trainweek("data", "resample", source, target, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "file": str(target), "bars": 59, "incomplete": 1, "from": "5 min",
    }  # fmt: skip
    made = load_candles(target.parent)
    first = short.iloc[:12]
    bar = made.frame.iloc[0]
    assert (bar["open"], bar["close"]) == (first["open"].iloc[0], first["close"].iloc[-1])
    assert (bar["high"], bar["low"]) == (first["high"].max(), first["low"].min())
    assert bar["volume"] == pytest.approx(first["volume"].sum())
    assert [(gap.first - made.first, gap.bars) for gap in made.gaps] == [(timedelta(hours=2), 1)]
    (note,) = [each for each in quality(made).warnings if each.code == "resampled"]
    assert "resampled to 1 h from bars of 5 min of OGNUSDT-5m.csv" in note.message
    again = trainweek("data", "resample", source, target)
    assert again.returncode == 2
    assert "--force" in again.stderr


@pytest.mark.parametrize("step", ["h", "4h", "45min"])
def test_bars_that_do_not_fill_an_hour_are_refused(tmp_path: Path, step: str) -> None:
    source = written(tmp_path / "a.csv", bars(60, step=step))
    done = trainweek("data", "resample", source, tmp_path / "b.csv")
    assert done.returncode == 2
    assert "can't be made from them" in done.stderr
    assert not (tmp_path / "b.csv").exists()


def test_a_minute_without_a_trade_is_no_gap(tmp_path: Path) -> None:
    """Exchanges and ccxt write such bars; a whole hour of them has no volume."""
    short = bars(4 * 60, step="1min")
    quiet = [10, 11, 70, *range(120, 180)]
    for place in quiet:
        close = short["close"].iloc[place - 1]
        short.iloc[place] = [close, close, close, close, 0.0]
    source = written(tmp_path / "a.csv", short)
    done = trainweek("data", "resample", source, tmp_path / "h" / "b.csv", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["bars"], found["incomplete"]) == (4, 0)
    made = load_candles(tmp_path / "h").frame
    assert made["is_filled"].tolist() == [False, False, True, False]
    assert made["volume"].iloc[0] == pytest.approx(short["volume"].iloc[:60].sum())


def test_what_longer_bars_would_hide_is_refused(tmp_path: Path) -> None:
    short = bars(4 * 96, start=START.replace(month=3, day=30), step="15min")
    local = short.copy()
    zoned = pd.DatetimeIndex(short.index).tz_convert("Europe/Berlin")
    local.index = pd.Index(zoned.strftime("%Y-%m-%d %H:%M:%S"), name="time")
    (tmp_path / "local").mkdir()
    local.to_csv(tmp_path / "local" / "a.csv")
    written(tmp_path / "two" / "OGNUSDT-15m.csv", short[:192])
    written(tmp_path / "two" / "ETHUSDT-15m.csv", short[192:])
    written(tmp_path / "double" / "a.csv", short)
    written(tmp_path / "double" / "b.csv", short[10:40] * 1.01)
    for name, why in (
        ("local", "local time with daylight saving, as of Europe/Berlin"),
        ("two", "The files are of 2 symbols"),
        ("double", "30 bars appear twice with different numbers"),
    ):
        done = trainweek("data", "resample", tmp_path / name, tmp_path / "b.csv")
        assert done.returncode == 2
        assert why in done.stderr
        assert not (tmp_path / "b.csv").exists()
