"""Candles: one clean table of hourly bars, and how it was obtained."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from core.json_model import Count, IsoMoment, JsonModel, Sha256
from core.timestamps import iso

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

HOUR = timedelta(hours=1)
PRICES = ["open", "high", "low", "close"]
COLUMNS = [*PRICES, "volume", "is_filled"]

# A longer gap is not filled: the price in it is unknown.
MAX_FILL = timedelta(hours=24)


@dataclass(frozen=True)
class Gap:
    """Missing bars between two present ones."""

    first: datetime  # open time of the first missing bar
    bars: int
    filled: bool


@dataclass(frozen=True)
class RawFacts:
    """Counts from reading the files, before anything was filled or dropped."""

    rows: int = 0
    exact_duplicates: int = 0  # same bar, same numbers: kept once
    conflicting_duplicates: tuple[datetime, ...] = ()  # same bar, other numbers: first kept
    off_grid: tuple[datetime, ...] = ()  # open times that are not a multiple of the interval
    rows_by_unit: dict[str, int] = field(default_factory=dict)  # of times in digits: s, ms, us, ns
    volume_unit_ratio: float | None = None  # median of quote / base volume / close; 1 if right
    synthetic_files: int = 0
    symbols: dict[str, tuple[str, ...]] = field(default_factory=dict)  # symbol -> its files
    zoneless_files: tuple[str, ...] = ()  # times without a zone, taken as UTC
    newest_first_files: tuple[str, ...] = ()  # rows in the reverse order of time
    unread_files: tuple[str, ...] = ()  # beside the candles, of another format
    resampled: tuple[str, ...] = ()  # what files say that were made from shorter bars
    sources: tuple[tuple[str, datetime, datetime], ...] = ()  # file, its first and last bar

    def files_at(self, moment: datetime) -> tuple[str, ...]:
        """The files whose range holds a moment."""
        return tuple(name for name, first, last in self.sources if first <= moment <= last)


class Provenance(JsonModel):
    """Which candles: hash, rows, range, gaps, label."""

    sha256: Sha256 = Field(description="Of the file; of several files, of their hashes and names.")
    files: tuple[str, ...] = Field(default=(), description="Names of the files.")
    rows: Count = Field(description="Bars, filled ones included.")
    first: IsoMoment = Field(description="Open time of the first bar.")
    last: IsoMoment = Field(description="Open time of the last bar.")
    gaps: Count = Field(description="Gaps between bars.")
    filled: Count = Field(description="Missing bars that were filled.")
    synthetic: bool = Field(description="At least one file says that it is synthetic.")


@dataclass(frozen=True)
class Candles:
    """Hourly bars in order, gaps of up to a day filled.

    :ivar frame: UTC DatetimeIndex ``open_time``; columns ``open high low close``
        (quote currency), ``volume`` (base currency), ``is_filled`` (bool). A filled
        bar has open = high = low = close = the previous close and volume 0.
    :ivar sha256: of the file's bytes; for several files of the lines
        ``<sha256>  <name>`` in order of name, as ``sha256sum *.csv | sha256sum`` has it.
    :ivar synthetic: at least one file is marked as synthetic.
    """

    frame: pd.DataFrame
    sha256: str
    interval: timedelta = HOUR
    source_files: tuple[Path, ...] = ()
    synthetic: bool = False
    synthetic_note: str = ""
    gaps: tuple[Gap, ...] = ()
    raw: RawFacts = field(default_factory=RawFacts)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def first(self) -> datetime:
        """Open time of the first bar."""
        return self._open_time(0)

    @property
    def last(self) -> datetime:
        """Open time of the last bar."""
        return self._open_time(-1)

    def _open_time(self, bar: int) -> datetime:
        moment: datetime = self.frame.index[bar].to_pydatetime()
        return moment

    def provenance(self) -> Provenance:
        """The ``data`` record of a report."""
        return Provenance(
            sha256=self.sha256,
            files=tuple(path.name for path in self.source_files),
            rows=len(self),
            first=iso(self.first),
            last=iso(self.last),
            gaps=len(self.gaps),
            filled=int(self.frame["is_filled"].sum()),
            synthetic=self.synthetic,
        )
