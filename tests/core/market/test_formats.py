"""Files as people have them give the same candles, or a refusal that says what they are."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from pyarrow.parquet import read_metadata

from core.errors import MarketDataError
from core.market import containers, load_candles
from core.market.candle_files import candles_sha256
from core.market.quality import quality
from tests.core.market.bars import START, bars, written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def frame() -> pd.DataFrame:
    return bars(48)


def same(path: Path, frame: pd.DataFrame) -> bool:
    """Whether the candles are these bars, to the rounding of text."""
    found = load_candles(path).frame.drop(columns="is_filled")
    pd.testing.assert_frame_equal(found, frame, check_names=False, check_freq=False, rtol=1e-12)
    return True


def hours(frame: pd.DataFrame) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(frame.index)


def kline_text(frame: pd.DataFrame, digits: int = 13) -> str:
    rows = []
    for opened, (_, bar) in zip(hours(frame), frame.iterrows(), strict=True):
        moment = int(opened.timestamp()) * 10 ** (digits - 10)
        prices = ",".join(repr(float(bar[n])) for n in ("open", "high", "low", "close", "volume"))
        quote = bar["volume"] * bar["close"]
        rows.append(f"{moment},{prices},{moment + 3599},{quote},1,1,1,0")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("digits", [10, 13, 16, 19])
def test_digits_are_time_in_s_ms_us_or_ns(tmp_path: Path, frame: pd.DataFrame, digits: int) -> None:
    (tmp_path / "k.csv").write_text(kline_text(frame, digits))
    assert same(tmp_path, frame)


def test_a_zip_of_the_exchange_is_read_with_all_its_files(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    with zipfile.ZipFile(tmp_path / "OGNUSDT-1h-2024-09.zip", "w") as archive:
        archive.writestr("b.csv", kline_text(frame[24:]))
        archive.writestr("a.csv", kline_text(frame[:24]))
        archive.writestr("a.csv.CHECKSUM", "0000  a.csv")
    assert same(tmp_path, frame)
    assert list(load_candles(tmp_path).raw.symbols) == ["OGNUSDT"]
    assert load_candles(tmp_path).sha256 == candles_sha256(tmp_path)


def test_gzip_parquet_feather_and_freqtrades_json_are_read(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(kline_text(frame).encode()))
    table = frame.rename_axis("date").reset_index()
    table.to_parquet(tmp_path / "b.parquet")
    frame.rename_axis("open_time").to_parquet(tmp_path / "indexed.parquet")
    table.to_feather(tmp_path / "OGN_USDT-1h.feather")
    rows = [
        [int(opened.timestamp() * 1000), *bar] for opened, *bar in table.itertuples(index=False)
    ]
    (tmp_path / "c.json").write_text(json.dumps(rows))
    (tmp_path / "d.json").write_text(
        json.dumps([dict(zip(("time", *frame.columns), row, strict=True)) for row in rows])
    )
    for file in tmp_path.iterdir():
        assert same(file, frame)
    assert list(load_candles(tmp_path / "OGN_USDT-1h.feather").raw.symbols) == ["OGNUSDT"]


def cryptodatadownload(frame: pd.DataFrame, symbol: str = "OGNUSDT") -> str:
    lines = [
        "https://www.CryptoDataDownload.com",
        "Unix,Date,Symbol,Open,High,Low,Close,Volume OGN,Volume USDT,tradecount",
    ]
    for opened, (_, bar) in zip(hours(frame[::-1]), frame[::-1].iterrows(), strict=True):
        prices = ",".join(repr(float(bar[n])) for n in ("open", "high", "low", "close", "volume"))
        quote = bar["volume"] * bar["close"]
        lines.append(
            f"{int(opened.timestamp() * 1000)},{opened:%Y-%m-%d %H:%M:%S},{symbol},{prices},{quote},9"
        )
    return "\n".join(lines) + "\n"


def test_a_title_line_and_rows_newest_first_are_read_and_said(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    file = tmp_path / "Binance_OGNUSDT_1h.csv"
    file.write_text(cryptodatadownload(frame))
    assert same(file, frame)
    found = load_candles(file)
    assert found.raw.volume_unit_ratio == pytest.approx(1.0)
    assert [issue.code for issue in quality(found).warnings] == ["newest_first"]
    file.write_text(cryptodatadownload(frame).replace(",9\n", ",x,9\n", 1))
    with pytest.raises(MarketDataError, match="line 3 has 11 columns, the first line 10"):
        load_candles(file)


def test_the_quote_volume_is_not_taken_for_the_volume(tmp_path: Path, frame: pd.DataFrame) -> None:
    text = cryptodatadownload(frame).replace("Volume OGN,Volume USDT", "Volume USDT,Volume OGN")
    (tmp_path / "a.csv").write_text(text)
    found = load_candles(tmp_path)
    assert found.frame["volume"].to_numpy() == pytest.approx(
        (frame["volume"] * frame["close"]).to_numpy()
    )
    assert "volume_unit" in {issue.code for issue in quality(found).warnings}
    (tmp_path / "a.csv").write_text(
        cryptodatadownload(frame).replace("Volume OGN,Volume USDT", "Volume A,Volume B")
    )
    with pytest.raises(
        MarketDataError, match=r"no column volume\. Its columns: unix, date, symbol"
    ):
        load_candles(tmp_path)


def test_hours_of_twelve_and_offsets_are_read(tmp_path: Path, frame: pd.DataFrame) -> None:
    plain = frame.copy()
    plain.index = pd.Index(hours(frame).strftime("%Y-%m-%d %I-%p"), name="date")
    plain.to_csv(tmp_path / "twelve.csv")
    assert same(tmp_path / "twelve.csv", frame)
    berlin = frame.copy()
    berlin.index = pd.Index(
        [t.isoformat() for t in hours(frame).tz_convert("Europe/Berlin")], name="time"
    )
    berlin.to_csv(tmp_path / "berlin.csv", sep=";")
    assert same(tmp_path / "berlin.csv", frame)


@pytest.mark.parametrize(("month", "day"), [(3, 30), (10, 25)])
def test_local_time_with_daylight_saving_is_refused(tmp_path: Path, month: int, day: int) -> None:
    made = bars(72, START.replace(month=month, day=day))  # 2024-03-31 and 2024-10-27 are inside
    local = made.copy()
    local.index = pd.Index(
        hours(made).tz_convert("Europe/Berlin").strftime("%Y-%m-%d %H:%M:%S"), name="time"
    )
    if month == 10:
        order = local.reset_index()
        local = order.sort_values("time", kind="stable").set_index("time")
    local.to_csv(tmp_path / "local.csv")
    errors = {issue.code: issue.message for issue in quality(load_candles(tmp_path)).errors}
    assert "local time with daylight saving, as of Europe/Berlin" in errors["local_time"]
    made.index.name = "time"
    made.to_csv(tmp_path / "local.csv")
    assert not quality(load_candles(tmp_path)).errors


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ("4h", "bars of 4 h, not of 1 h. Longer bars can't be split"),
        ("D", "bars of 1 d, not of 1 h. Longer bars can't be split"),
        ("5min", "bars of 5 min, not of 1 h. Make bars of 1 h from them: trainweek data resample"),
        ("45min", "bars of 45 min, not of 1 h. Download bars of 1 h"),
    ],
)
def test_bars_of_another_interval_are_refused_with_what_they_are(
    tmp_path: Path, step: str, says: str
) -> None:
    written(tmp_path / "a.csv", bars(100, step=step))
    with pytest.raises(MarketDataError) as refused:
        load_candles(tmp_path)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.zip", b"PK\x03\x04broken", "can't be opened"),
        ("a.csv.gz", b"\x1f\x8bbroken", "can't be opened"),
        ("a.parquet", b"PAR1broken", "can't be opened"),
        ("a.feather", b"broken", "can't be opened"),
        ("a.json", b"{", "can't be opened"),
        ("a.json", b"[[1, 2]]", "JSON of an unknown layout"),
        ("a.json", b"[]", "JSON of an unknown layout"),
        ("a.xlsx", b"PK", r"a.xlsx is not read.*Convert it to one of .csv"),
        ("a.pkl", b"", r"a.pkl is not read"),
    ],
)
def test_what_can_not_be_read_is_refused_by_its_name(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(MarketDataError, match=says) as refused:
            load_candles(path)
        assert name.split(".")[0] in refused.value.what
        assert refused.value.remedy


def test_an_encrypted_or_empty_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.md", "nothing")
    with pytest.raises(MarketDataError, match="holds no file of candles"):
        load_candles(tmp_path)


def test_files_beside_plain_csv_are_not_read_and_said(tmp_path: Path, frame: pd.DataFrame) -> None:
    written(tmp_path / "a.csv", frame)
    before = candles_sha256(tmp_path)
    (tmp_path / "b.zip").write_bytes(b"PK")
    (tmp_path / "c.xlsx").write_bytes(b"PK")
    (tmp_path / "README.md").write_text("candles")
    assert candles_sha256(tmp_path) == before
    (warning,) = quality(load_candles(tmp_path)).warnings
    assert warning.code == "unread_files"
    assert "b.zip, c.xlsx" in warning.message


def test_an_hour_that_is_missing_at_another_time_is_no_local_time(tmp_path: Path) -> None:
    made = bars(72, START.replace(month=3, day=30)).drop(
        pd.Timestamp("2024-03-31T04:00", tz="UTC")  # two hours after Berlin's change
    )
    made.index = pd.Index(hours(made).strftime("%Y-%m-%d %H:%M:%S"), name="time")
    made.to_csv(tmp_path / "utc.csv")
    assert "local_time" not in {issue.code for issue in quality(load_candles(tmp_path)).errors}


@pytest.mark.parametrize(
    "titles",
    [
        "https://www.CryptoDataDownload.com,,,,,\n",
        "https://www.CryptoDataDownload.com\nProvided as is, without warranty\n",
        "Exported, on 2024-01-01, by me\n\n",
    ],
)
def test_title_lines_above_the_header_are_skipped(
    tmp_path: Path, frame: pd.DataFrame, titles: str
) -> None:
    table = frame.rename_axis("date").to_csv()
    (tmp_path / "k.csv").write_text(titles + table)
    assert same(tmp_path, frame)
    lines = table.splitlines(keepends=True)
    (tmp_path / "k.csv").write_text(titles + "".join(lines[:3]) + "1,2\n" + "".join(lines[3:]))
    with pytest.raises(MarketDataError, match=f"line {titles.count(chr(10)) + 4} has 2 columns"):
        load_candles(tmp_path)


def test_klines_as_the_exchange_answers_in_json_are_read(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    rows = [line.split(",") for line in kline_text(frame).splitlines()]
    answered = [[int(row[0]), *row[1:6], int(row[6]), *row[7:]] for row in rows]
    (tmp_path / "k.json").write_text(json.dumps(answered))
    assert same(tmp_path, frame)


def test_json_lines_are_an_unknown_layout_and_no_damage(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    frame.to_json(tmp_path / "k.json", orient="records", lines=True, date_format="iso")
    with pytest.raises(MarketDataError, match="JSON of an unknown layout") as refusal:
        load_candles(tmp_path)
    assert "Give a list of" in str(refusal.value.remedy)


def test_decimal_commas_are_refused_with_what_to_do(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.rename_axis("time").to_csv(tmp_path / "k.csv", sep=";", decimal=",")
    with pytest.raises(MarketDataError, match="not a number") as refusal:
        load_candles(tmp_path)
    assert str(refusal.value.remedy) == "Export the numbers with a decimal point."


def test_candles_in_a_folder_below_are_named(tmp_path: Path, frame: pd.DataFrame) -> None:
    below = tmp_path / "monthly" / "1h"
    below.mkdir(parents=True)
    (below / "k.csv").write_text(kline_text(frame))
    with pytest.raises(MarketDataError, match="those in its folder monthly/1h are not read"):
        load_candles(tmp_path)
    (tmp_path / "k.csv").write_text(kline_text(frame))
    (warning,) = quality(load_candles(tmp_path)).warnings[-1:]
    assert "monthly/1h/k.csv" in warning.message


def zip_of(text: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", text)
    return made.getvalue()


def few_bytes_of_many_rows(rows: int) -> bytes:
    """A column that repeats one value needs no more space however long it is."""
    made = io.BytesIO()
    pd.DataFrame({"open_time": np.zeros(rows, dtype="int64")}).to_parquet(made)
    raw, footer = made.getvalue(), read_metadata(made)
    assert footer.num_rows == rows
    assert len(raw) < 10_000
    return raw


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.zip", lambda: zip_of(bytes(200_000_000)), "unpack to 200 MB"),
        ("a.csv.gz", lambda: gzip.compress(bytes(200_000_000)), "unpack to more than 64 MB"),
        ("a.parquet", lambda: few_bytes_of_many_rows(3000), "more than 1,000 values"),
        ("a.json", lambda: b"[" * 500 + b"]" * 500, "nested too deeply"),
    ],
    ids=["zip", "gzip", "parquet", "json"],
)
def test_what_unpacks_to_far_more_than_candles_do_is_refused_unread(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: Callable[[], bytes],
    why: str,
) -> None:
    monkeypatch.setattr(containers, "_MOST_CELLS", 1000)
    (tmp_path / name).write_bytes(content())
    with pytest.raises(MarketDataError, match=why):
        load_candles(tmp_path / name)


def test_a_feather_table_is_counted_before_it_is_taken(
    tmp_path: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "_MOST_CELLS", 10)
    frame.reset_index().to_feather(tmp_path / "a.feather")
    with pytest.raises(MarketDataError, match="more than 10 values"):
        load_candles(tmp_path / "a.feather")
