"""Reading candles: both formats, mixed units, and clear refusals."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.errors import MarketDataError
from core.market import load_candles
from core.market.quality import quality
from tests.shared_files import shared_file

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "open_time_utc,open,high,low,close,volume\n"
START = datetime(2024, 12, 31, 20, tzinfo=UTC)


def kline(bar: int, *, micro: bool = False, close: float = 0.1) -> str:
    opened = int((START + timedelta(hours=bar)).timestamp() * 1000)
    closed = opened + 3_600_000 - 1
    if micro:
        opened, closed = opened * 1000, closed * 1000 + 999
    return f"{opened},0.1000,0.1010,0.0990,{close:.4f},50000.0,{closed},5000.0,120,25000.0,2500.0,0"


def header_row(bar: int, close: str = "0.1") -> str:
    return f"{START + timedelta(hours=bar):%Y-%m-%dT%H:%M:%SZ},0.1,0.101,0.099,{close},500.5"


def written(path: Path, rows: list[str], header: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "\n".join(rows) + "\n")
    return path


def test_klines_in_ms_and_us_in_one_file_become_one_row_of_hours(tmp_path: Path):
    rows = [kline(bar, micro=bar >= 4) for bar in range(10)]
    candles = load_candles(written(tmp_path / "mixed.csv", rows))
    assert list(candles.frame.index) == [START + timedelta(hours=bar) for bar in range(10)]
    assert candles.raw.rows_by_unit == {"ms": 4, "us": 6}
    assert candles.frame["close"].tolist() == [0.1] * 10
    assert candles.raw.volume_unit_ratio == pytest.approx(1.0)
    assert "mixed_time_units" in {issue.code for issue in quality(candles).warnings}


def test_header_csv_gives_the_same_candles_as_klines(tmp_path: Path):
    rows = [header_row(bar) for bar in range(5)]
    candles = load_candles(written(tmp_path / "header.csv", rows, HEADER))
    assert candles.first == START
    assert candles.frame["volume"].tolist() == [500.5] * 5
    assert not candles.synthetic


def test_a_folder_is_read_as_one_and_overlapping_rows_are_kept_once(tmp_path: Path):
    written(tmp_path / "b.csv", [kline(bar) for bar in range(3, 8)])
    written(tmp_path / "a.csv", [kline(bar) for bar in range(5)])
    candles = load_candles(tmp_path)
    assert len(candles) == 8
    assert candles.raw.exact_duplicates == 2
    lines = "".join(
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("a.csv", "b.csv")
    )
    assert candles.sha256 == hashlib.sha256(lines.encode()).hexdigest()


def test_the_hash_of_one_file_is_what_sha256sum_prints(tmp_path: Path):
    file = written(tmp_path / "a.csv", [kline(bar) for bar in range(5)])
    expected = hashlib.sha256(file.read_bytes()).hexdigest()
    assert load_candles(file).sha256 == expected == load_candles(tmp_path).sha256


def test_a_gap_is_filled_with_the_previous_close_and_no_volume(tmp_path: Path):
    rows = [kline(bar, close=0.1 + bar / 1000) for bar in (0, 1, 4, 5)]
    candles = load_candles(written(tmp_path / "gap.csv", rows))
    assert candles.frame["is_filled"].tolist() == [False, False, True, True, False, False]
    filled = candles.frame[candles.frame["is_filled"]]
    assert (filled[["open", "high", "low", "close"]] == 0.101).all(axis=None)
    assert (filled["volume"] == 0).all()
    assert [(gap.bars, gap.filled) for gap in candles.gaps] == [(2, True)]


def test_a_gap_of_24_hours_is_filled_and_of_25_is_not(tmp_path: Path):
    whole = load_candles(written(tmp_path / "24.csv", [kline(0), kline(25)]))
    assert (whole.gaps[0].bars, whole.gaps[0].filled, len(whole)) == (24, True, 26)
    torn = load_candles(written(tmp_path / "25.csv", [kline(0), kline(26)]))
    assert (torn.gaps[0].bars, torn.gaps[0].filled, len(torn)) == (25, False, 2)


@pytest.mark.parametrize(
    ("rows", "header", "says"),
    [
        ([], "", "has no candles"),
        ([], HEADER, "has no candles"),
        (["1,2,3"], "", "3 columns"),
        ([header_row(0)], "time,open,high,low,close\n", "line 2 has 6 columns, the first line 5"),
        ([kline(0), kline(1)[:-2]], "", "line 2 has 11 columns"),
        (["2024-01-01T00:00:00Z,1,1,1,1"], "time,open,high,low,close\n", "no column volume"),
        ([header_row(0)], "when,open,high,low,close,volume\n", "no column open_time_utc"),
        ([header_row(0), header_row(1, close="abc")], HEADER, "line 3: close is 'abc'"),
        ([kline(0), kline(1).replace("0.1010", "hi")], "", "line 2: high is 'hi'"),
        (["17356752001" + kline(0)[13:]], "", "line 1: '17356752001' is not an open time"),
        (["soon,1,1,1,1,1"], HEADER, "line 2: 'soon' is not an open time"),
        ([kline(1), kline(0)], "", "not in order"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, rows, header, says):
    file = written(tmp_path / "bad.csv", rows, header)
    with pytest.raises(MarketDataError, match=says) as refused:
        load_candles(file)
    assert str(file) in refused.value.what
    assert refused.value.remedy


def test_nothing_to_read_is_refused_with_a_remedy(tmp_path: Path):
    with pytest.raises(MarketDataError, match="There is no"):
        load_candles(tmp_path / "nowhere")
    with pytest.raises(MarketDataError, match=r"has no file of candles.*trainweek data sample"):
        load_candles(tmp_path)
    (tmp_path / "zip.csv").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(MarketDataError, match="is not text"):
        load_candles(tmp_path)
    (tmp_path / "zip.csv").unlink()
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(MarketDataError, match="can't be read"):
        load_candles(tmp_path)


def test_real_ognusdt_hours_are_usable_with_their_known_gaps():
    candles = load_candles(shared_file("data/OGNUSDT-1h-2020-12_2022-12.csv"))
    report = quality(candles)
    assert report.ok
    assert report.facts["raw_rows"] == 18_247
    # Binance's maintenance windows, as published.
    assert {(f"{gap.first:%Y-%m-%d}", gap.bars) for gap in candles.gaps} == {
        ("2020-12-21", 3), ("2020-12-25", 1), ("2021-02-11", 1), ("2021-03-06", 1),
        ("2021-04-20", 2), ("2021-04-25", 3), ("2021-08-13", 4), ("2021-09-29", 2),
    }  # fmt: skip
    assert "large_move" in {issue.code for issue in report.warnings}
