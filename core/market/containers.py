"""What is inside a file of candles: text of CSV, or a table of another program.

CSV may be compressed (.gz) or archived (.zip, with one or more CSV inside, as exchanges
publish it). Parquet and Feather are read with pyarrow; JSON is freqtrade's list of
``[time in ms, open, high, low, close, volume]``, Binance's list of klines, or a list of objects.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.limited_files import MB, ArchiveLimitError, ArchiveLimits, json_of, limited_archive
from core.market.candle_files import MOST_CANDLES
from core.market.csv_text import KLINE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FREQTRADE = ["open_time", "open", "high", "low", "close", "volume"]
# Text of candles packs 3 to 10 times, of a market that stands still 100 times.
_ARCHIVE = ArchiveLimits(members=10_000, unpacked=MOST_CANDLES, ratio=200, small=64 * MB)
_MOST_CELLS = 200_000_000  # of a table
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
        with limited_archive(io.BytesIO(content), _ARCHIVE) as archive:
            members = [
                member
                for member in archive.infolist()
                if not member.is_dir()
                and not member.filename.startswith("__MACOSX/")
                and member.filename.lower().endswith((".csv", ".json", ".parquet", ".feather"))
            ]
            if not members:
                raise _damaged(path, Message("it holds no file of candles"))
            for member in sorted(members, key=lambda each: each.filename):
                yield from opened(path / member.filename, archive.read(member))
    except ArchiveLimitError as error:
        raise _damaged(path, error.args[0]) from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    except RuntimeError as error:  # what zipfile raises for a password
        raise _damaged(path, str(error)) from error


def _unzipped(path: Path, content: bytes) -> bytes:
    most = min(_ARCHIVE.unpacked, max(_ARCHIVE.small, _ARCHIVE.ratio * len(content)))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    if len(text) > most:
        raise _damaged(
            path,
            Message(
                "its {size:.1f} MB unpack to more than {most:,.0f} MB",
                size=len(content) / MB,
                most=most / MB,
            ),
        )
    return text


def _of_arrow(path: Path, content: bytes) -> pd.DataFrame:
    parquet = path.name.lower().endswith(".parquet")
    read = pd.read_parquet if parquet else pd.read_feather
    try:
        cells = _cells_of_parquet(content) if parquet else _cells_of_feather(content)
        if cells > _MOST_CELLS:
            raise _damaged(
                path, Message("its table has more than {most:,} values", most=_MOST_CELLS)
            )
        frame = read(io.BytesIO(content))
    except MarketDataError:
        raise
    except (OSError, ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(frame.index, pd.RangeIndex):  # the times may be the index
        frame = frame.reset_index()
    return frame


def _cells_of_parquet(content: bytes) -> int:
    """Rows times columns, as its footer states them: a few bytes can stand for any number."""
    from pyarrow.parquet import read_metadata

    found = read_metadata(io.BytesIO(content))
    return int(found.num_rows * found.num_columns)


def _cells_of_feather(content: bytes) -> int:
    """The same, counted batch by batch until they are too many."""
    from pyarrow import ipc

    cells = 0
    with ipc.open_file(io.BytesIO(content)) as file:
        for number in range(file.num_record_batches):
            batch = file.get_batch(number)
            cells += batch.num_rows * batch.num_columns
            if cells > _MOST_CELLS:
                break
    return cells


def _of_json(path: Path, content: bytes) -> pd.DataFrame:
    try:
        rows = json_of(content)
    except ValueError as error:
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
