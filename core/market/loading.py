"""A file or a folder of CSV files to one table of candles."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.market.candles import HOUR, Candles, RawFacts
from core.market.filling import fill, find_gaps
from core.market.parsing import NUMBERS, ParsedFile, parse_file
from core.market.synthetic import MARKER

if TYPE_CHECKING:
    from datetime import timedelta


def load_candles(path: str | Path, interval: timedelta = HOUR) -> Candles:
    """Read candles; :func:`core.market.quality` judges them.

    Gaps of up to 24 h are filled; bars that appear twice are kept once. Rows of a file
    must be in order of time; files of a folder may overlap.

    :raises MarketDataError: no such path, no CSV in the folder, an unreadable or
        empty file, wrong columns, a cell that is not a number, rows out of order.
    """
    files = _files(Path(path))
    contents = [_read(file) for file in files]
    parsed = [parse_file(file, content) for file, content in zip(files, contents, strict=True)]
    for file in parsed:
        _require_order(file)
    table = pd.concat([file.frame for file in parsed], ignore_index=True)
    table = table.sort_values("open_time", kind="stable", ignore_index=True)
    table, exact, conflicting = _without_duplicates(table)
    frame = table.set_index("open_time")
    opens = pd.DatetimeIndex(frame.index)
    off_grid = opens[opens != opens.floor(pd.Timedelta(interval))]
    gaps = find_gaps(opens, interval)
    synthetic = [file for file in parsed if file.comment.startswith(MARKER)]
    return Candles(
        # Bars between the hours can't be bridged; quality refuses them.
        frame=fill(frame, () if len(off_grid) else gaps, interval),
        sha256=_fingerprint(files, contents),
        interval=interval,
        source_files=tuple(files),
        synthetic=bool(synthetic),
        synthetic_note=synthetic[0].comment.removeprefix("# ") if synthetic else "",
        gaps=gaps,
        raw=RawFacts(
            rows=sum(len(file.frame) for file in parsed),
            exact_duplicates=exact,
            conflicting_duplicates=conflicting,
            off_grid=tuple(moment.to_pydatetime() for moment in off_grid),
            millisecond_rows=sum(file.millisecond_rows for file in parsed),
            microsecond_rows=sum(file.microsecond_rows for file in parsed),
            volume_unit_ratio=_volume_unit_ratio(parsed),
            synthetic_files=len(synthetic),
        ),
    )


def candles_sha256(path: str | Path) -> str:
    """The hash that :func:`load_candles` would give, without parsing anything.

    :raises MarketDataError: no such path, no CSV in the folder.
    """
    files = _files(Path(path))
    return _fingerprint(files, [_read(file) for file in files])


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    remedy = Message("Put hourly CSV files there, or make a sample with: trainweek data sample")
    if not path.exists():
        raise MarketDataError(Message("There is no {path}.", path=str(path)), remedy)
    files = sorted(file for file in path.glob("*.csv") if not file.name.startswith("."))
    if not files:
        raise MarketDataError(Message("{path} has no CSV file.", path=str(path)), remedy)
    return files


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MarketDataError(
            Message("{path} can't be read: {why}.", path=str(path), why=error.strerror),
            Message("Check that it is a file, and its permissions."),
        ) from error


def _fingerprint(files: list[Path], contents: list[bytes]) -> str:
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    if len(hashes) == 1:
        return hashes[0]
    lines = "".join(f"{sha}  {file.name}\n" for sha, file in zip(hashes, files, strict=True))
    return hashlib.sha256(lines.encode()).hexdigest()


def _require_order(file: ParsedFile) -> None:
    backwards = file.frame["open_time"].diff() < pd.Timedelta(0)
    if backwards.any():
        row = int(backwards.to_numpy().argmax())
        moments = file.frame["open_time"]
        raise MarketDataError(
            Message(
                "{file} is not in order: {later} follows {earlier}.",
                file=str(file.path),
                later=str(moments[row]),
                earlier=str(moments[row - 1]),
            ),
            Message("Sort the file by open time; check that ms and us were not mixed up."),
        )


def _without_duplicates(
    table: pd.DataFrame,
) -> tuple[pd.DataFrame, int, tuple[pd.Timestamp, ...]]:
    """The first row of each open time, the number of equal repeats, and the other moments."""
    again = table.duplicated("open_time", keep="first")
    same = table.duplicated(["open_time", *NUMBERS], keep="first")
    conflicting = table.loc[again & ~same, "open_time"].drop_duplicates()
    moments = tuple(moment.to_pydatetime() for moment in conflicting)
    return table[~again], int((again & same).sum()), moments


def _volume_unit_ratio(parsed: list[ParsedFile]) -> float | None:
    """Median of (quote volume / volume) / close; 1 when the volume is in base currency."""
    ratios = [
        file.quote_volume / file.frame["volume"] / file.frame["close"]
        for file in parsed
        if file.quote_volume is not None
    ]
    if not ratios:
        return None
    known = pd.concat(ratios).replace([float("inf"), -float("inf")], float("nan")).dropna()
    return float(known.median()) if len(known) else None
