"""Times in a column of a table, in whatever form they are written.

Digits are time since 1970: 10 in s, 13 in ms, 16 in us (Binance's spot archives since 2025),
19 in ns. The unit is read per row, because a concatenated file mixes them. Words are ISO 8601,
or CryptoDataDownload's ``2017-07-01 11-AM``; without a zone they count as UTC, and that is kept
as a fact, because local time with daylight saving has hours that exist twice or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded when a table is read: lists of decisions need none
    import pandas as pd


# Unit -> number of digits, units per us, us per unit.
_UNITS = {"s": (10, 1, 1_000_000), "ms": (13, 1, 1000), "us": (16, 1, 1), "ns": (19, 1000, 1)}
_ZONE = r"(?:[Zz]|[+-]\d{2}:?\d{2}| ?UTC)\s*$"
_HOUR_OF_TWELVE = "%Y-%m-%d %I-%p"


@dataclass(frozen=True)
class TableTimes:
    """Times as read.

    :ivar moments: UTC, shape (rows,); NaT where a cell is no time.
    :ivar rows_by_unit: how many rows came in each unit.
    :ivar zoneless: the times are words without a zone, taken as UTC.
    """

    moments: pd.Series
    rows_by_unit: dict[str, int]
    zoneless: bool


def table_times(column: pd.Series) -> TableTimes:
    """Read a column of times."""
    import pandas as pd

    if pd.api.types.is_datetime64_any_dtype(column):
        zoneless = getattr(column.dt, "tz", None) is None
        moments = column.dt.tz_localize("UTC") if zoneless else column.dt.tz_convert("UTC")
        return TableTimes(moments.dt.as_unit("us"), {}, False)  # such a table has no local time
    if pd.api.types.is_numeric_dtype(column) and column.notna().all():
        return _of_text(column.astype("Int64").astype(str))
    return _of_text(column.astype(str))


def _of_text(column: pd.Series) -> TableTimes:
    import pandas as pd

    text = column.str.strip()
    text = text.str.replace(r"^(\d{10,19})\.0+$", r"\1", regex=True)  # a float of a spreadsheet
    length, digits = text.str.len(), text.str.fullmatch(r"\d+")
    times = pd.Series(pd.NaT, index=text.index, dtype="datetime64[us, UTC]")
    counts = {}
    for unit, (size, per_us, us_per) in _UNITS.items():
        rows = digits & (length == size)
        counts[unit] = int(rows.sum())
        moments = text[rows].astype("int64") * us_per // per_us
        times[rows] = pd.to_datetime(moments, unit="us", utc=True).dt.as_unit("us")
    words = ~digits
    if not words.any():
        return TableTimes(times, counts, False)
    written = text[words].str.replace(r" ?UTC$", "Z", regex=True)
    parsed = pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce")
    if parsed.isna().all():
        parsed = pd.to_datetime(written, format=_HOUR_OF_TWELVE, utc=True, errors="coerce")
    times[words] = parsed.dt.as_unit("us")
    return TableTimes(times, counts, not text[words].str.contains(_ZONE, regex=True).any())
