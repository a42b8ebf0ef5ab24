"""One file of candles to one or more tables with the same columns.

Which column is what is known by its name, in any case: the time, open, high, low, close, and
the volume in base currency. CryptoDataDownload names the volumes by their currencies
(``Volume OGN``, ``Volume USDT``); some call them VolumeFrom and VolumeTo.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.market.containers import CsvText, Table, opened
from core.market.csv_text import FIX_LINE, FORMATS, read_csv
from core.table_times import TableTimes, table_times

if TYPE_CHECKING:
    from pathlib import Path

NUMBERS = ["open", "high", "low", "close", "volume"]
# The first that a file has is its open time: digits and names with a zone before plain dates.
TIME_NAMES = (
    "open_time_utc", "open_time", "open time", "opentime", "unix", "unix timestamp",
    "unixtimestamp", "timestamp", "time", "datetime", "date",
)  # fmt: skip
_QUOTE_VOLUMES = ("quote_volume", "quote asset volume", "quoteassetvolume", "volumeto")
_SYMBOL_NAMES = ("symbol", "pair", "market", "tic", "ticker")
_QUOTES = "USDT|BUSD|USDC|FDUSD|TUSD|USD|EUR|GBP|BRL|TRY|BTC|ETH|BNB"
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_DECIMAL_POINT = Message("Export the numbers with a decimal point.")
_SYMBOL = re.compile(
    rf"(?<![A-Z0-9])([A-Z0-9]{{2,12}})[-_/]?({_QUOTES})(?![A-Z0-9])", re.IGNORECASE
)


@dataclass(frozen=True)
class ParsedFile:
    """One table as read: nothing dropped, nothing fixed.

    :ivar frame: columns open_time (UTC), open, high, low, close, volume; an empty
        or ``nan`` cell is NaN.
    :ivar quote_volume: where the file has one, for the check of the volume's unit.
    :ivar symbols: of its symbol column, or of its name; empty if neither names one.
    :ivar zoneless: its times are words without a zone, taken as UTC.
    :ivar newest_first: its rows came in the reverse order of time, and were turned.
    """

    path: Path
    frame: pd.DataFrame
    rows_by_unit: dict[str, int]
    comment: str
    quote_volume: pd.Series | None
    symbols: frozenset[str]
    zoneless: bool
    newest_first: bool


def parse_file(path: Path, content: bytes) -> list[ParsedFile]:
    """Read one file's content; an archive may hold several tables.

    :raises MarketDataError: a damaged file, no rows, wrong columns, rows out of order, or a
        cell that is not a number or not a time; names file and line.
    """
    return [_parsed(part) for part in opened(path, content)]


def _parsed(part: CsvText | Table) -> ParsedFile:
    path = part.path
    if isinstance(part, CsvText):
        table = read_csv(path, part.content)
        cells, first_line, comment = table.frame, table.first_line, table.comment
    else:
        cells, first_line, comment = part.frame, 1, ""
        cells.columns = pd.Index([str(name).strip().lower() for name in cells.columns])
        if cells.empty:
            raise MarketDataError(Message("{path} has no candles.", path=str(path)), FORMATS)
    symbols = _symbols(path, cells)
    names = _columns(path, cells, symbols)
    times = _open_times(path, cells[names["open_time"]], first_line)
    columns = {"open_time": times.moments}
    for column in NUMBERS:
        columns[column] = _numbers(path, cells[names[column]], column, first_line)
    quote = None
    if "quote_volume" in names:
        quote = _numbers(path, cells[names["quote_volume"]], "quote_volume", first_line)
    frame = pd.DataFrame(columns).reset_index(drop=True)
    frame, turned = _in_order(path, frame)
    if quote is not None:
        quote = quote.reset_index(drop=True)
        quote = quote[::-1].reset_index(drop=True) if turned else quote
    return ParsedFile(
        path, frame, times.rows_by_unit, comment, quote, symbols, times.zoneless, turned
    )


def _open_times(path: Path, column: pd.Series, first_line: int) -> TableTimes:
    found = table_times(column)
    wrong = found.moments.isna().to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MarketDataError(
            Message(
                "{path}, line {line}: {text!r} is not an open time.",
                path=str(path),
                line=first_line + row,
                text=str(column.iloc[row]),
            ),
            Message(
                "Open times are ISO 8601 in UTC, or digits since 1970: 10 (s), 13 (ms), 16 (us)"
                " or 19 (ns)."
            ),
        )
    return found


def _columns(path: Path, cells: pd.DataFrame, symbols: frozenset[str]) -> dict[str, str]:
    """Which column is what; ``quote_volume`` only where there is one."""
    present = list(cells.columns)
    time_name = next((name for name in TIME_NAMES if name in present), None)
    volume, quote = _volumes(present, symbols)
    missing = [name for name in NUMBERS[:-1] if name not in present]
    missing += [] if volume else ["volume"]
    missing = ([] if time_name else ["open_time_utc"]) + missing
    if missing or time_name is None or volume is None:
        raise MarketDataError(
            Message(
                "{path} has no column {columns}. Its columns: {present}.",
                path=str(path),
                columns=", ".join(missing),
                present=", ".join(present[:20]),
            ),
            FORMATS,
        )
    names = {"open_time": time_name, "volume": volume} | {name: name for name in NUMBERS[:-1]}
    return names | ({"quote_volume": quote} if quote else {})


def _volumes(present: list[str], symbols: frozenset[str]) -> tuple[str | None, str | None]:
    """The columns of base and of quote volume."""
    named = [name for name in present if name.startswith("volume")]
    quote = next((name for name in _QUOTE_VOLUMES if name in present), None)
    if "volume" in named:
        return "volume", quote
    if "volumefrom" in named:
        return "volumefrom", quote
    symbol = next(iter(symbols), "").lower()
    currencies = {name: name.removeprefix("volume").strip(" _()") for name in named}
    if symbol:
        base = next((n for n, each in currencies.items() if each and symbol.startswith(each)), None)
        other = next((n for n, each in currencies.items() if each and symbol.endswith(each)), None)
        if base is not None and base != other:
            return base, quote or other
    return (named[0] if len(named) == 1 else None), quote


def _symbols(path: Path, cells: pd.DataFrame) -> frozenset[str]:
    for name in _SYMBOL_NAMES:
        if name in cells.columns:
            written = cells[name].astype(str).str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
            return frozenset(each for each in written.unique() if each)
    found = _SYMBOL.search(path.name)
    if found is None and path.parent.suffix.lower() == ".zip":
        found = _SYMBOL.search(path.parent.name)
    return frozenset({f"{found[1]}{found[2]}".upper()} if found else ())


def _in_order(path: Path, frame: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """The rows in order of time; rows that are all newest first are turned.

    :raises MarketDataError: they are in neither order.
    """
    steps = frame["open_time"].diff()
    back, forth = steps < pd.Timedelta(0), steps > pd.Timedelta(0)
    if not back.any():
        return frame, False
    if not forth.any() and len(frame) > 2:
        return frame[::-1].reset_index(drop=True), True
    row = int(back.to_numpy().argmax())
    moments = frame["open_time"]
    raise MarketDataError(
        Message(
            "{file} is not in order: {later} follows {earlier}.",
            file=str(path),
            later=str(moments[row]),
            earlier=str(moments[row - 1]),
        ),
        Message("Sort the file by open time; check that ms and us were not mixed up."),
    )


def _numbers(path: Path, column: pd.Series, name: str, first_line: int) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    text = column.astype(str).str.strip()
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    absent = text.str.lower().isin(["", "nan", "null", "none"])
    wrong = (numbers.isna() & ~absent).to_numpy()
    if wrong.any():
        row = int(np.argmax(wrong))
        comma = _DECIMAL_COMMA.fullmatch(text.iloc[row]) is not None
        raise MarketDataError(
            Message(
                "{path}, line {line}: {name} is {text!r}, not a number.",
                path=str(path),
                line=first_line + row,
                name=name,
                text=str(column.iloc[row]),
            ),
            _DECIMAL_POINT if comma else FIX_LINE,
        )
    return numbers
