"""One CSV file of candles to a table, in either of the two formats.

* Binance kline: twelve columns without header, open time in ms (13 digits) or,
  in spot archives since 2025, us (16 digits). A concatenated file mixes both,
  so the unit is read per row.
* header CSV: ``open_time_utc,open,high,low,close,volume``; the time as ISO 8601
  or as digits. A first line ``# synthetic ...`` labels a synthetic market.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import MarketDataError
from core.language import Message

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = ["open", "high", "low", "close", "volume"]
KLINE_COLUMNS = [
    "open_time", *NUMBERS, "close_time", "quote_volume", "trades",
    "taker_buy_base", "taker_buy_quote", "ignore",
]  # fmt: skip
TIME_NAMES = ("open_time_utc", "open_time", "time", "timestamp")
FORMATS = Message(
    "Give a Binance kline CSV (12 columns, no header) or a CSV with the header "
    "open_time_utc,open,high,low,close,volume."
)
FIX_LINE = Message("Fix or remove the line, or download the file again.")


@dataclass(frozen=True)
class ParsedFile:
    """One file as read: nothing dropped, nothing fixed.

    :ivar frame: columns open_time (UTC), open, high, low, close, volume; an empty
        or ``nan`` cell is NaN.
    :ivar quote_volume: of kline files, for the check of the volume's unit.
    """

    path: Path
    frame: pd.DataFrame
    millisecond_rows: int
    microsecond_rows: int
    comment: str
    quote_volume: pd.Series | None


def parse_file(path: Path, content: bytes) -> ParsedFile:
    """Read one file's content.

    :raises MarketDataError: no text, no rows, wrong columns, or a cell that is not a
        number or not a time; names file and line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MarketDataError(
            Message("{path} is not text (byte {byte}).", path=str(path), byte=error.start), FORMATS
        ) from error
    body, comment, skipped = _strip_comments(text)
    if not body.strip():
        raise MarketDataError(Message("{path} has no candles.", path=str(path)), FORMATS)
    kline = body.lstrip()[:1].isdigit()
    _require_even_rows(path, body, skipped)
    table = _table(path, body, kline)
    time_name = "open_time" if kline else _time_column(path, table)
    first_line = skipped + (1 if kline else 2)
    times, milli, micro = _times(path, table[time_name], first_line)
    frame = pd.DataFrame({"open_time": times})
    for column in NUMBERS:
        frame[column] = _numbers(path, table[column], column, first_line)
    quote = None
    if "quote_volume" in table.columns:
        quote = _numbers(path, table["quote_volume"], "quote_volume", first_line)
    return ParsedFile(path, frame, milli, micro, comment, quote)


def _strip_comments(text: str) -> tuple[str, str, int]:
    """(body, first comment line, number of comment lines before the table)."""
    comment, skipped = "", 0
    while text.startswith("#"):
        line, _, text = text.partition("\n")
        comment = comment or line.strip()
        skipped += 1
    return text, comment, skipped


def _require_even_rows(path: Path, body: str, skipped: int) -> None:
    """Refuse uneven rows, which pandas would silently drop or pad."""
    lines = body.splitlines()
    width = lines[0].count(",")
    for number, line in enumerate(lines, start=skipped + 1):
        if line.strip() and line.count(",") != width:
            raise MarketDataError(
                Message(
                    "{path}, line {line} has {columns} columns, the first line {expected}.",
                    path=str(path),
                    line=number,
                    columns=line.count(",") + 1,
                    expected=width + 1,
                ),
                FIX_LINE,
            )


def _table(path: Path, body: str, kline: bool) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.StringIO(body),
            header=None if kline else 0,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise MarketDataError(
            Message(
                "{path} is not a table: {why}.", path=str(path), why=str(error).replace("\n", " ")
            ),
            FORMATS,
        ) from error
    table = table.fillna("")
    while len(table) and (table.iloc[-1] == "").all():  # blank lines at the end
        table = table.iloc[:-1]
    if kline:
        if table.shape[1] != len(KLINE_COLUMNS):
            raise MarketDataError(
                Message(
                    "{path} has {columns} columns without a header; klines have 12.",
                    path=str(path),
                    columns=table.shape[1],
                ),
                FORMATS,
            )
        table.columns = KLINE_COLUMNS
    else:
        table.columns = [str(name).strip().lower() for name in table.columns]
        missing = [name for name in NUMBERS if name not in table.columns]
        if missing:
            raise MarketDataError(
                Message(
                    "{path} has no column {columns}.", path=str(path), columns=", ".join(missing)
                ),
                FORMATS,
            )
    if table.empty:
        raise MarketDataError(Message("{path} has no candles.", path=str(path)), FORMATS)
    return table


def _time_column(path: Path, table: pd.DataFrame) -> str:
    for name in TIME_NAMES:
        if name in table.columns:
            return name
    raise MarketDataError(
        Message("{path} has no column {columns}.", path=str(path), columns="open_time_utc"), FORMATS
    )


def _times(path: Path, column: pd.Series, first_line: int) -> tuple[pd.Series, int, int]:
    """Open times, and how many rows came in ms and in us."""
    text = column.str.strip()
    length = text.str.len()
    digits = text.str.fullmatch(r"\d+")
    milli, micro = digits & (length == 13), digits & (length == 16)
    times = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us, UTC]")
    for rows, factor in ((milli, 1000), (micro, 1)):
        moments = text[rows].astype("int64") * factor
        times[rows] = pd.to_datetime(moments, unit="us", utc=True).dt.as_unit("us")
    words = ~digits
    parsed = pd.to_datetime(text[words], format="ISO8601", utc=True, errors="coerce")
    times[words] = parsed.dt.as_unit("us")
    wrong = times.isna().to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MarketDataError(
            Message(
                "{path}, line {line}: {text!r} is not an open time.",
                path=str(path),
                line=first_line + row,
                text=column.iloc[row],
            ),
            Message("Open times are 13 digits (ms), 16 digits (us) or ISO 8601 in UTC."),
        )
    return times, int(milli.sum()), int(micro.sum())


def _numbers(path: Path, column: pd.Series, name: str, first_line: int) -> pd.Series:
    text = column.str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    absent = text.str.lower().isin(["", "nan", "null", "none"])
    wrong = (numbers.isna() & ~absent).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MarketDataError(
            Message(
                "{path}, line {line}: {name} is {text!r}, not a number.",
                path=str(path),
                line=first_line + row,
                name=name,
                text=column.iloc[row],
            ),
            FIX_LINE,
        )
    return numbers
