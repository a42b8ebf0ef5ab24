"""Reading equity and trades: what is wrong is named with its row, nothing is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.gates import read_equity_csv, read_trades_csv
from core.metrics.records import records_csv, require_trades

if TYPE_CHECKING:
    from pathlib import Path

HOURS = [f"2026-01-01T0{hour}:00:00Z" for hour in range(4)]


def equity_file(tmp_path: Path, *rows: str, header: str = "time,equity") -> Path:
    file = tmp_path / "E.csv"
    file.write_text("\n".join([header, *rows]) + "\n")
    return file


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([f"{HOURS[0]},100", f"{HOURS[1]},nan"], "row 2 .*nan is not a finite number"),
        ([f"{HOURS[0]},inf"], "row 1 .*inf is not a finite number"),
        ([f"{HOURS[0]},0", f"{HOURS[1]},100"], "row 1 .*is not above 0"),
        ([f"{HOURS[0]},-5"], "row 1 .*is not above 0"),
        ([f"{HOURS[0]},100", f"{HOURS[0]},101"], "row 2 .*repeats the time"),
        ([f"{HOURS[1]},100", f"{HOURS[0]},101"], "row 2 .*earlier than the row before"),
        ([f"{HOURS[0]},lots"], "row 1: equity is 'lots'"),
        ([f"{HOURS[0]},"], "row 1: equity is ''"),
        (["soon,100"], "row 1: time is 'soon'"),
        ([f"{HOURS[0]},100,7"], "row 1 has 3 cells, the header 2"),
        ([], "has no row"),
    ],
)
def test_a_bad_equity_file_is_refused_with_its_row(tmp_path: Path, rows, says):
    file = equity_file(tmp_path, *rows)
    with pytest.raises(InputError, match=says) as refused:
        read_equity_csv(file)
    assert str(file) in refused.value.what
    assert refused.value.remedy


def test_a_file_that_is_no_equity_at_all_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="There is no"):
        read_equity_csv(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"no column equity.*header time,equity"):
        read_equity_csv(equity_file(tmp_path, header="time,balance"))
    (tmp_path / "E.csv").write_text("")
    with pytest.raises(InputError, match="is empty"):
        read_equity_csv(tmp_path / "E.csv")
    (tmp_path / "E.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="can't be read"):
        read_equity_csv(tmp_path / "E.csv")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([f"{HOURS[0]},nan"], "row 1: pnl nan"),
        ([f"{HOURS[0]},1", f"{HOURS[1]},-inf"], "row 2: pnl -inf"),
        ([f"{HOURS[0]},?"], "row 1: pnl is '\\?'"),
        ([",1"], "row 1: exit_time is ''"),
    ],
)
def test_a_bad_trades_file_is_refused_with_its_row(tmp_path: Path, rows, says):
    file = equity_file(tmp_path, *rows, header="exit_time,pnl")
    with pytest.raises(InputError, match=says):
        read_trades_csv(file)


def test_a_trades_file_without_rows_means_no_trades(tmp_path: Path):
    assert len(read_trades_csv(equity_file(tmp_path, header="exit_time,pnl"))) == 0


def test_trades_are_taken_in_order_of_exit_and_ties_keep_theirs():
    frame = pd.DataFrame(
        {"exit_time": [HOURS[2], HOURS[0], HOURS[1], HOURS[1]], "pnl": [4.0, 1.0, 2.0, 3.0]}
    )
    assert require_trades(frame).tolist() == [1, 2, 3, 4]


def test_a_written_table_reads_back_to_the_same_bits(tmp_path: Path):
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2026-01-01", periods=500, freq="h", tz="UTC"),
            "equity": np.exp(random.normal(0, 5, 500)),
        }
    )
    (tmp_path / "E.csv").write_text(records_csv(frame))
    read = read_equity_csv(tmp_path / "E.csv")
    assert (read["equity"].to_numpy() == frame["equity"].to_numpy()).all()
    assert (read["time"] == frame["time"]).all()


@pytest.mark.parametrize("written", ["epoch s", "epoch ms", "mixed"])
def test_entry_times_are_read_in_every_form_that_exit_times_are(
    tmp_path: Path, written: str
) -> None:
    times = pd.date_range("2024-01-01", periods=3, freq="h", tz="UTC")
    cells = {
        "epoch s": [str(int(time.timestamp())) for time in times],
        "epoch ms": [str(int(time.timestamp() * 1000)) for time in times],
        "mixed": ["2024-01-01 00:00:00", "2024-01-01T01:00:00Z", "2024-01-01 02:00:00+00:00"],
    }[written]
    file = tmp_path / "trades.csv"
    rows = [f"{cells[0]},{cells[1]},1", f"{cells[1]},{cells[2]},-1"]
    file.write_text("\n".join(["entry_time,exit_time,pnl", *rows]))
    trades = read_trades_csv(file)
    assert list(trades["entry_time"]) == list(times[:2])
    assert list(trades["exit_time"]) == list(times[1:])
