"""What is inside a file of candles: text of CSV, or a table of another program.

CSV may be compressed (.gz) or archived (.zip, with one or more CSV inside, as exchanges
publish it). Parquet and Feather are read with pyarrow; JSON is freqtrade's list of
``[time in ms, open, high, low, close, volume]``, Binance's list of klines, or a list of objects.
"""

from __future__ import annotations

import gzip
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.market.csv_text import KLINE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FREQTRADE = ["open_time", "open", "high", "low", "close", "volume"]
# A century of minutes is 5 GB of text: more is no market, but a damaged or hostile archive.
MOST_BYTES = 8 * 1024**3
AGAIN = Message("Download or export the file again.")


@dataclass(frozen=True)
class CsvText:
    """A CSV, as text."""

    path: Path  # of an archive: the archive and the name inside it
    content: bytes


@dataclass(frozen=True)
class Table:
    """A table whose columns have names and types of their own."""

    path: Path
    frame: pd.DataFrame


def opened(path: Path, content: bytes) -> Iterator[CsvText | Table]:
    """What the file holds.

    :raises MarketDataError: it is damaged, encrypted, or not what its name says.
    """
    name = path.name.lower()
    if name.endswith(".zip"):
        yield from _archived(path, content)
    elif name.endswith(".gz"):
        yield from opened(path.with_suffix(""), _unzipped(path, content))
    elif name.endswith((".parquet", ".feather")):
        yield Table(path, _of_arrow(path, content))
    elif name.endswith(".json"):
        yield Table(path, _of_json(path, content))
    else:
        yield CsvText(path, content)


def _archived(path: Path, content: bytes) -> Iterator[CsvText | Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir()
                and not member.filename.startswith("__MACOSX/")
                and member.filename.lower().endswith((".csv", ".json", ".parquet", ".feather"))
            ]
            if sum(member.file_size for member in members) > MOST_BYTES:
                raise _damaged(path, Message("its content is too large"))
            if not members:
                raise _damaged(path, Message("it holds no file of candles"))
            for member in sorted(members, key=lambda each: each.filename):
                yield from opened(path / member.filename, archive.read(member))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise _damaged(path, str(error)) from error


def _unzipped(path: Path, content: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(MOST_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    return text


def _of_arrow(path: Path, content: bytes) -> pd.DataFrame:
    read = pd.read_parquet if path.name.lower().endswith(".parquet") else pd.read_feather
    try:
        frame = read(io.BytesIO(content))
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(frame.index, pd.RangeIndex):  # the times may be the index
        frame = frame.reset_index()
    return frame


def _of_json(path: Path, content: bytes) -> pd.DataFrame:
    try:
        rows = json.loads(content)
    except (ValueError, RecursionError) as error:
        if _is_object_a_line(content):
            raise _unknown_json(path) from error
        raise _damaged(path, str(error)) from error
    if isinstance(rows, list) and rows and all(isinstance(row, list) for row in rows):
        widths = {len(row) for row in rows}
        for columns in (FREQTRADE, KLINE_COLUMNS):
            if widths == {len(columns)}:
                return pd.DataFrame(rows, columns=pd.Index(columns))
    elif isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        return pd.DataFrame(rows)
    raise _unknown_json(path)


def _is_object_a_line(content: bytes) -> bool:
    """Whether it is JSON Lines: one object a line."""
    lines = content.split(b"\n", 2)[:2]
    return len(lines) == 2 and all(line.strip().startswith(b"{") for line in lines)


def _unknown_json(path: Path) -> MarketDataError:
    return MarketDataError(
        Message("{path} is JSON of an unknown layout.", path=str(path)),
        Message(
            "Give a list of [time in ms, open, high, low, close, volume], as freqtrade writes it,"
            " or a list of objects with these names."
        ),
    )


def _damaged(path: Path, why: str) -> MarketDataError:
    return MarketDataError(
        Message("{path} can't be opened: {why}.", path=str(path), why=str(why).rstrip(".")), AGAIN
    )
