"""The two tables of a backtest: equity by bar, and round trips.

The gates use nothing else, so these tables are enough to score the run again.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.language import Message, plural
from core.limited_files import MOST_TABLE, read_limited_text
from core.metrics.ruin import until_ruin
from core.table_times import table_times

if TYPE_CHECKING:  # loaded when a table is read: lists of decisions need none
    import pandas as pd

EQUITY_COLUMNS = ["time", "equity", "exposure", "episode", "target"]
TRADE_COLUMNS = [
    "episode", "side", "entry_time", "exit_time", "entry_price", "exit_price",
    "quantity", "fees", "pnl", "forced_exit",
]  # fmt: skip
TIME_COLUMNS = ("time", "entry_time", "exit_time")


def require_equity(frame: pd.DataFrame, source: str = Message("The equity table")) -> np.ndarray:
    """Equity in quote currency, shape (bars + 1,); the first is the starting capital.

    :param frame: columns ``time`` (aware or naive UTC) and ``equity``; others are ignored.
    :raises InputError: a missing column, no rows, a value that is not finite or not
        positive, or times that repeat or go back; names the row, counted from 1. Only the
        last may be 0: the ruin (:mod:`core.metrics.ruin`).
    """
    import pandas as pd

    _require_columns(frame, ("time", "equity"), source)
    if frame.empty:
        raise InputError(
            Message("{table} has no row.", table=source),
            Message("The first row is the starting capital."),
        )
    equity = frame["equity"].to_numpy(dtype=float)
    for wrong, what in (
        (~np.isfinite(equity), Message("is not a finite number")),
        (_is_impossible(equity), Message("is not above 0")),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                Message(
                    "{table}, row {row} ({time}): equity {value} {what}.",
                    table=source,
                    row=row + 1,
                    time=str(frame["time"].iloc[row]),
                    value=float(equity[row]),
                    what=what,
                ),
                Message("Fix the backtest that wrote it; gaps are not skipped."),
            )
    times = pd.to_datetime(frame["time"], utc=True)
    step = times.diff()
    for wrong, what in (
        (times.isna(), Message("has no time")),
        (step == pd.Timedelta(0), Message("repeats the time of the row before")),
        (step < pd.Timedelta(0), Message("is earlier than the row before")),
    ):
        if wrong.any():
            row = int(np.argmax(wrong.to_numpy()))
            raise InputError(
                Message(
                    "{table}, row {row} ({time}) {what}.",
                    table=source,
                    row=row + 1,
                    time=str(frame["time"].iloc[row]),
                    what=what,
                ),
                Message("Write one row per bar, in order of time."),
            )
    return equity


def _is_impossible(equity: np.ndarray) -> np.ndarray:
    """Values that no curve has, shape as given: debts, a start of 0, anything after the ruin."""
    wrong: np.ndarray = equity <= 0
    if len(equity) > 1 and equity[-1] == 0:
        wrong[-1] = False
    return wrong


def require_trades(frame: pd.DataFrame, source: str = Message("The trades table")) -> np.ndarray:
    """Net results in quote currency in order of exit, shape (trades,).

    Trades with the same exit time keep their order.

    :raises InputError: a missing column, a pnl that is not finite, or a missing time.
    """
    import pandas as pd

    _require_columns(frame, ("exit_time", "pnl"), source)
    pnl = frame["pnl"].to_numpy(dtype=float)
    wrong = ~np.isfinite(pnl)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            Message(
                "{table}, row {row}: pnl {value} is not a finite number.",
                table=source,
                row=row + 1,
                value=float(pnl[row]),
            ),
            Message("Every round trip has a net result in quote currency."),
        )
    times = pd.to_datetime(frame["exit_time"], utc=True)
    if times.isna().any():
        row = int(times.isna().to_numpy().argmax())
        raise InputError(
            Message("{table}, row {row} has no exit time.", table=source, row=row + 1),
            Message("Give one for every trade."),
        )
    return pnl[np.argsort(times.to_numpy(), kind="stable")]


def read_equity_csv(path: str | Path) -> pd.DataFrame:
    """Columns ``time, equity``; others are kept, as numbers if possible. See :func:`require_equity`.

    Rows after the ruin are left out.
    """
    frame = until_ruin(_read(Path(path), numbers=("equity",), times=("time",)))
    require_equity(frame, str(path))
    return frame


def read_trades_csv(path: str | Path) -> pd.DataFrame:
    """Columns ``exit_time, pnl``; others are kept. A table without rows means no trades.

    ``entry_time`` is read as a time, if it is there.
    """
    frame = _read(
        Path(path), numbers=("pnl",), times=("exit_time",), optional_times=("entry_time",)
    )
    require_trades(frame, str(path))
    return frame


def records_csv(frame: pd.DataFrame) -> str:
    """A table as CSV that reads back to the same bits: shortest exact floats, ISO times."""
    import pandas as pd

    table = frame.copy()
    for column in table.columns.intersection(list(TIME_COLUMNS)):
        moments = pd.to_datetime(table[column], utc=True)
        table[column] = moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return table.to_csv(index=False, lineterminator="\n")


def _read(
    path: Path,
    numbers: tuple[str, ...],
    times: tuple[str, ...],
    optional_times: tuple[str, ...] = (),
) -> pd.DataFrame:
    import pandas as pd

    needed = (*times, *numbers)
    remedy = Message("Give a CSV with the header {header}.", header=",".join(needed))
    try:
        text = read_limited_text(path, MOST_TABLE, "utf-8-sig")
    except FileNotFoundError as error:
        raise InputError(Message("There is no file {path}.", path=str(path)), remedy) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            Message("{path} can't be read: {error}.", path=str(path), error=str(error)), remedy
        ) from error
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if not rows:
        raise InputError(Message("{path} is empty.", path=str(path)), remedy)
    header = [name.strip().lower() for name in rows[0]]
    missing = [name for name in needed if name not in header]
    if missing:
        raise InputError(_no_column(str(path), missing), remedy)
    for number, row in enumerate(rows[1:], start=1):
        if len(row) != len(header):
            raise InputError(
                plural(
                    "{path}, row {row} has {n} cell, the header {wanted}.",
                    "{path}, row {row} has {n} cells, the header {wanted}.",
                    len(row),
                    path=str(path),
                    row=number,
                    wanted=len(header),
                ),
                remedy,
            )
    frame = pd.DataFrame(rows[1:], columns=header)
    for name in numbers:
        frame[name] = [
            _number(cell, path, row, name) for row, cell in enumerate(frame[name], start=1)
        ]
    for name in (*times, *(name for name in optional_times if name in frame)):
        frame[name] = _moments(frame[name], path, name)
    return frame


def _number(cell: str, path: Path, row: int, name: str) -> float:
    try:
        return float(cell)
    except ValueError as error:
        raise InputError(
            Message(
                "{path}, row {row}: {column} is {value}, not a number.",
                path=str(path),
                row=row,
                column=name,
                value=repr(cell),
            ),
            Message("Fix the row."),
        ) from error


def _moments(column: pd.Series, path: Path, name: str) -> pd.Series:
    moments = table_times(column).moments
    if moments.isna().any():
        row = int(moments.isna().to_numpy().argmax())
        raise InputError(
            Message(
                "{path}, row {row}: {column} is {value}, not a time.",
                path=str(path),
                row=row + 1,
                column=name,
                value=repr(column.iloc[row]),
            ),
            Message("Write it as 2026-02-27T16:00:00Z."),
        )
    return moments


def _require_columns(frame: pd.DataFrame, needed: tuple[str, ...], source: str) -> None:
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputError(_no_column(source, missing), Message("Add it."))


def _no_column(table: str, missing: list[str]) -> Message:
    return Message("{table} has no column {columns}.", table=table, columns=", ".join(missing))
