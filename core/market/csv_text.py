"""CSV text to a table of text cells, whatever stands above the candles.

Two layouts: Binance klines, twelve columns without a header, and a CSV with a header.
Lines with ``#`` above the table are comments: the first says what a file of ours is. A title
line without columns, as CryptoDataDownload's web address, is skipped.
"""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message, plural

if TYPE_CHECKING:
    from pathlib import Path

KLINE_COLUMNS = [
    "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume",
    "trades", "taker_buy_base", "taker_buy_quote", "ignore",
]  # fmt: skip
FORMATS = Message(
    "Give a Binance kline CSV (12 columns, no header) or a CSV with the header "
    "open_time_utc,open,high,low,close,volume."
)
FIX_LINE = Message("Fix or remove the line, or download the file again.")
_SEPARATORS = (",", ";", "\t")
_CELLS = "[" + "".join(_SEPARATORS) + "]"
_IN_A_HEADER = frozenset({"open", "high", "low", "close"})
_MOST_TITLES = 10
_NUMBER = re.compile(r"[\"']?[-+]?\d")


@dataclass(frozen=True)
class CsvTable:
    """Cells as text.

    :ivar frame: columns in lower case; every cell is text, an absent one is empty.
    :ivar first_line: number of the line of its first row in the file.
    :ivar comment: the first comment line; empty without one.
    """

    frame: pd.DataFrame
    first_line: int
    comment: str


def read_csv(path: Path, content: bytes) -> CsvTable:
    """The table in a CSV.

    :raises MarketDataError: no text, no rows, uneven rows, or too few columns for klines;
        names file and line.
    """
    body, comment, skipped = _without_comments(_decoded(path, content))
    if not body.strip():
        raise _no_candles(path)
    body, titles = _without_title(body)
    skipped += titles
    separator = max(_SEPARATORS, key=body.partition("\n")[0].count)
    headless = bool(_NUMBER.match(body.lstrip()))
    _require_even_rows(path, body, separator, skipped)
    frame = _cells(path, body, separator, headless)
    if frame.empty:
        raise _no_candles(path)
    return CsvTable(frame, skipped + (1 if headless else 2), comment)


def csv_text(frame: pd.DataFrame, first_line: str) -> str:
    """Candles as CSV with a header, under a first line of comment.

    :param frame: as :class:`core.market.Candles` has it.
    """
    table = frame[["open", "high", "low", "close", "volume"]].copy()
    table.index = pd.DatetimeIndex(frame.index).strftime("%Y-%m-%dT%H:%M:%SZ")
    table.index.name = "open_time_utc"
    return first_line + "\n" + table.to_csv(lineterminator="\n")


def _decoded(path: Path, content: bytes) -> str:
    wide = content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise MarketDataError(
            Message("{path} is not text (byte {byte}).", path=str(path), byte=error.start), FORMATS
        ) from error


def _without_comments(text: str) -> tuple[str, str, int]:
    """(body, first comment line, number of comment lines above the table)."""
    comment, skipped = "", 0
    while text.startswith("#"):
        line, _, text = text.partition("\n")
        comment = comment or line.strip()
        skipped += 1
    return text, comment, skipped


def _without_title(body: str) -> tuple[str, int]:
    """(table, number of title lines): what stands above the header, or above klines."""
    lines = body.split("\n", _MOST_TITLES)
    for titles, line in enumerate(lines[:_MOST_TITLES]):
        names = {cell.strip("\"' \r").lower() for cell in re.split(_CELLS, line)}
        if names.issuperset(_IN_A_HEADER):
            return "\n".join(lines[titles:]), titles
    titles = 0
    while True:
        first, _, rest = body.partition("\n")
        second = rest.partition("\n")[0]
        single = sum(bool(cell.strip()) for cell in re.split(_CELLS, first)) < 2
        if not single or not any(second.count(each) >= 4 for each in _SEPARATORS):
            return body, titles
        body, titles = rest, titles + 1


def _require_even_rows(path: Path, body: str, separator: str, skipped: int) -> None:
    """Refuse uneven rows, which pandas would silently drop or pad."""
    lines = body.splitlines()
    width = lines[0].count(separator)
    for number, line in enumerate(lines, start=skipped + 1):
        if line.strip() and line.count(separator) != width:
            raise MarketDataError(
                plural(
                    "{path}, line {line} has {n} column, the first line {expected}.",
                    "{path}, line {line} has {n} columns, the first line {expected}.",
                    line.count(separator) + 1,
                    path=str(path),
                    line=number,
                    expected=width + 1,
                ),
                FIX_LINE,
            )


def _cells(path: Path, body: str, separator: str, headless: bool) -> pd.DataFrame:
    try:
        table = pd.read_csv(
            io.StringIO(body),
            sep=separator,
            header=None if headless else 0,
            index_col=False,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        why = str(error).replace("\n", " ")
        raise MarketDataError(
            Message("{path} is not a table: {why}.", path=str(path), why=why), FORMATS
        ) from error
    table = table.fillna("")
    while len(table) and (table.iloc[-1] == "").all():  # blank lines at the end
        table = table.iloc[:-1]
    if headless and table.shape[1] != len(KLINE_COLUMNS):
        raise MarketDataError(
            plural(
                "{path} has {n} column without a header; klines have 12.",
                "{path} has {n} columns without a header; klines have 12.",
                table.shape[1],
                path=str(path),
            ),
            Message(
                "Add a first line that names the columns, for example"
                " open_time_utc,open,high,low,close,volume."
            ),
        )
    names = KLINE_COLUMNS if headless else [str(name).strip().lower() for name in table.columns]
    table.columns = pd.Index(names)
    return table


def _no_candles(path: Path) -> MarketDataError:
    return MarketDataError(Message("{path} has no candles.", path=str(path)), FORMATS)
