"""A file or a folder to one table of candles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message
from core.market.candle_files import candle_files, file_bytes, fingerprint, unread_files
from core.market.candles import HOUR, Candles, RawFacts
from core.market.filling import fill, find_gaps
from core.market.parsing import NUMBERS, ParsedFile, parse_file
from core.market.resampling import RESAMPLED
from core.market.synthetic_mark import MARKER
from core.timestamps import interval_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

# A file with fewer rows, or without a usual spacing, is judged by its gaps alone.
_FEWEST_ROWS, _USUAL_SHARE = 10, 0.5


def load_candles(path: str | Path, interval: timedelta = HOUR) -> Candles:
    """Read candles; :func:`core.market.quality` judges them.

    Gaps of up to 24 h are filled; bars that appear twice are kept once. Rows of a file
    must be in order of time, oldest or newest first; files of a folder may overlap.

    :raises MarketDataError: no such path, nothing in it that is read, an unreadable or
        empty file, wrong columns, a cell that is not a number, rows out of order, or bars of
        another interval.
    """
    folder = Path(path)
    files = candle_files(folder)
    contents = [file_bytes(file) for file in files]
    parsed = _parsed(files, contents)
    for part in parsed:
        _require_interval(part, interval)
    table = pd.concat([part.frame for part in parsed], ignore_index=True)
    table = table.sort_values("open_time", kind="stable", ignore_index=True)
    table, exact, conflicting = _without_duplicates(table)
    frame = table.set_index("open_time")
    opens = pd.DatetimeIndex(frame.index)
    off_grid = opens[opens != opens.floor(pd.Timedelta(interval))]
    gaps = find_gaps(opens, interval)
    synthetic = [part.comment for part in parsed if part.comment.startswith(MARKER)]
    return Candles(
        # Bars between the hours can't be bridged; quality refuses them.
        frame=fill(frame, () if len(off_grid) else gaps, interval),
        sha256=fingerprint(files, contents),
        interval=interval,
        source_files=tuple(files),
        synthetic=bool(synthetic),
        synthetic_note=synthetic[0].removeprefix("# ") if synthetic else "",
        gaps=gaps,
        raw=RawFacts(
            rows=sum(len(part.frame) for part in parsed),
            exact_duplicates=exact,
            conflicting_duplicates=conflicting,
            off_grid=tuple(moment.to_pydatetime() for moment in off_grid),
            rows_by_unit=_rows_by_unit(parsed),
            volume_unit_ratio=_volume_unit_ratio(parsed),
            synthetic_files=len(synthetic),
            symbols={
                symbol: tuple(part.path.name for part in parsed if symbol in part.symbols)
                for symbol in sorted({each for part in parsed for each in part.symbols})
            },
            zoneless_files=tuple(part.path.name for part in parsed if part.zoneless),
            newest_first_files=tuple(part.path.name for part in parsed if part.newest_first),
            unread_files=tuple(
                file.relative_to(folder).as_posix() for file in unread_files(folder)
            ),
            resampled=tuple(
                part.comment.removeprefix("# ") for part in parsed if RESAMPLED in part.comment
            ),
            sources=tuple(
                (part.path.name, _moment(part.frame, 0), _moment(part.frame, -1)) for part in parsed
            ),
        ),
    )


def _parsed(files: Sequence[Path], contents: Sequence[bytes] | None = None) -> list[ParsedFile]:
    contents = contents or [file_bytes(file) for file in files]
    return [
        part
        for file, content in zip(files, contents, strict=True)
        for part in parse_file(file, content)
    ]


def _moment(frame: pd.DataFrame, row: int) -> datetime:
    moment: datetime = frame["open_time"].iloc[row].to_pydatetime()
    return moment


def _require_interval(part: ParsedFile, interval: timedelta) -> None:
    found = usual_interval(part.frame["open_time"])
    if found is None or found == interval:
        return
    remedy = (
        Message(
            "Make bars of {wanted} from them: trainweek data resample {path} TARGET",
            path=str(part.path),
            wanted=interval_name(interval),
        )
        if found < interval and not interval % found
        else Message(
            "Longer bars can't be split: download bars of {wanted}.", wanted=interval_name(interval)
        )
        if found > interval
        else Message("Download bars of {wanted}.", wanted=interval_name(interval))
    )
    raise MarketDataError(
        Message(
            "{path} has bars of {found}, not of {wanted}.",
            path=str(part.path),
            found=interval_name(found),
            wanted=interval_name(interval),
        ),
        remedy,
    )


def shorter_interval(path: str | Path, wanted: timedelta) -> timedelta:
    """The interval of candles from which longer bars can be made.

    :param wanted: of the longer bars; must be a multiple of theirs.
    :raises MarketDataError: it is not, or is not clear; or a file can't be read.
    """
    parsed = _parsed(candle_files(Path(path)))
    found = {part.path: usual_interval(part.frame["open_time"]) for part in parsed}
    for file, interval in found.items():
        if interval is None:
            raise MarketDataError(
                Message("The interval of the bars in {path} is not clear.", path=str(file)),
                Message("Give a file with more bars, most of them one interval apart."),
            )
        if interval >= wanted or wanted % interval:
            raise MarketDataError(
                Message(
                    "{path} has bars of {found}; bars of {wanted} can't be made from them.",
                    path=str(file),
                    found=interval_name(interval),
                    wanted=interval_name(wanted),
                ),
                Message("Give shorter bars that fill it."),
            )
    return max(each for each in found.values() if each is not None)


def usual_interval(times: pd.Series) -> timedelta | None:
    """The spacing of more than half of the neighbours; None if there is none.

    :param times: open times in order, shape (rows,).
    """
    steps = times.drop_duplicates().diff().dropna()
    if len(steps) < _FEWEST_ROWS:
        return None
    counts = steps.value_counts()
    usual: pd.Timedelta = counts.index[0]
    return usual.to_pytimedelta() if counts.iloc[0] > _USUAL_SHARE * len(steps) else None


def _rows_by_unit(parsed: Sequence[ParsedFile]) -> dict[str, int]:
    units = sorted({unit for part in parsed for unit in part.rows_by_unit})
    counts = {unit: sum(part.rows_by_unit.get(unit, 0) for part in parsed) for unit in units}
    return {unit: count for unit, count in counts.items() if count}


def _without_duplicates(
    table: pd.DataFrame,
) -> tuple[pd.DataFrame, int, tuple[pd.Timestamp, ...]]:
    """The first row of each open time, the number of equal repeats, and the other moments."""
    again = table.duplicated("open_time", keep="first")
    same = table.duplicated(["open_time", *NUMBERS], keep="first")
    conflicting = table.loc[again & ~same, "open_time"].drop_duplicates()
    moments = tuple(moment.to_pydatetime() for moment in conflicting)
    return table[~again], int((again & same).sum()), moments


def _volume_unit_ratio(parsed: Sequence[ParsedFile]) -> float | None:
    """Median of (quote volume / volume) / close; 1 when the volume is in base currency."""
    ratios = [
        part.quote_volume / part.frame["volume"] / part.frame["close"]
        for part in parsed
        if part.quote_volume is not None
    ]
    if not ratios:
        return None
    known = pd.concat(ratios).replace([float("inf"), -float("inf")], float("nan")).dropna()
    return float(known.median()) if len(known) else None
