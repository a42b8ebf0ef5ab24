"""Hourly bars from shorter ones, only when a person asks for it, and said in the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import MarketDataError
from core.language import Message, joined
from core.market.bar_rules import EXAMPLES
from core.market.quality import quality
from core.timestamps import interval_name

if TYPE_CHECKING:
    from datetime import timedelta

    from core.market.candles import Candles

RESAMPLED = "resampled to"  # what the first line of such a file says
# Longer bars keep these: an incomplete one is left out, and one without a trade has no volume.
_VISIBLE_LATER = frozenset({"long_gap", "long_filled_run", "too_many_filled"})


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
    :raises MarketDataError: the candles have errors that longer bars would hide.
    """
    errors = [issue for issue in quality(candles).errors if issue.code not in _VISIBLE_LATER]
    if errors:
        raise MarketDataError(
            Message(
                "{files}: {problems}",
                files=", ".join(str(path) for path in candles.source_files[:EXAMPLES]),
                problems=joined(issue.message for issue in errors[:EXAMPLES]),
            ),
            Message("Fix the files first: longer bars would hide it."),
        )
    # A bar that its exchange wrote without a trade is no gap.
    missing = [
        pd.date_range(gap.first, periods=gap.bars, freq=candles.interval)
        for gap in candles.gaps
        if gap.filled
    ]
    own = candles.frame
    if missing:
        own = own[~own.index.isin(missing[0].append(missing[1:]))]
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
