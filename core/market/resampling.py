"""Hourly bars from shorter ones, only when a person asks for it, and said in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.timestamps import interval_name

if TYPE_CHECKING:
    from datetime import timedelta

    from core.market.candles import Candles

RESAMPLED = "resampled to"  # what the first line of such a file says


@dataclass(frozen=True)
class Resampled:
    """Longer bars.

    :ivar frame: as :class:`Candles` has it, without ``is_filled``.
    :ivar incomplete: bars that were left out because a shorter one was missing.
    :ivar comment: the first line of its file.
    """

    frame: pd.DataFrame
    incomplete: int
    comment: str


def resampled(candles: Candles, interval: timedelta) -> Resampled:
    """Bars of ``interval``: first open, highest high, lowest low, last close, sum of volumes.

    A bar whose shorter ones are not all there is left out: a gap is filled and counted where
    candles are read, not hidden here.

    :param interval: a multiple of the candles' own.
    """
    own = candles.frame[~candles.frame["is_filled"]]
    groups = own.resample(pd.Timedelta(interval), label="left", closed="left")
    frame = groups.agg(
        {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    )
    counts = groups["open"].count()
    whole = counts == round(interval / candles.interval)
    names = ", ".join(path.name for path in candles.source_files[:3])
    more = " ..." if len(candles.source_files) > 3 else ""
    made = (
        f"{RESAMPLED} {interval_name(interval)} from bars of {interval_name(candles.interval)}"
        f" of {names}{more}; sha256={candles.sha256}"
    )
    comment = f"# {candles.synthetic_note}; {made}" if candles.synthetic else f"# {made}"
    return Resampled(frame[whole], int(((counts > 0) & ~whole).sum()), comment)
