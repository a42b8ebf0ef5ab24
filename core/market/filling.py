"""Missing hours become bars at the previous close with volume 0, marked as filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.market.candles import MAX_FILL, PRICES, Gap

if TYPE_CHECKING:
    from datetime import timedelta


def find_gaps(index: pd.DatetimeIndex, interval: timedelta) -> tuple[Gap, ...]:
    """Gaps between neighbouring bars of a sorted index without duplicates."""
    step = pd.Timedelta(interval)
    distance = np.diff(index.to_numpy())
    holes = np.flatnonzero(distance > step.to_timedelta64())
    return tuple(
        Gap(
            first=(index[int(hole)] + step).to_pydatetime(),
            # Next to a bar off the grid, a gap is not a whole number of bars.
            bars=max(1, round(distance[hole] / step.to_timedelta64()) - 1),
            filled=bool(distance[hole] <= (step + pd.Timedelta(MAX_FILL)).to_timedelta64()),
        )
        for hole in holes
    )


def fill(frame: pd.DataFrame, gaps: tuple[Gap, ...], interval: timedelta) -> pd.DataFrame:
    """Bridge the gaps marked ``filled``; adds the column ``is_filled``.

    The treatment is freqtrade's: open = high = low = close = previous close, volume 0. Bars
    that come that way were filled by the program that wrote them (freqtrade, ccxt): they are
    marked as well, since no trade was possible in them.
    """
    frame = frame.assign(is_filled=_is_prefilled(frame))
    missing = [
        pd.date_range(gap.first, periods=gap.bars, freq=interval) for gap in gaps if gap.filled
    ]
    if not missing:
        return frame
    added = missing[0].append(missing[1:]) if len(missing) > 1 else missing[0]
    whole = frame.reindex(frame.index.union(added))
    whole.index.name = frame.index.name
    bridged = whole.index.isin(added)
    previous_close = whole["close"].ffill()
    for column in PRICES:
        whole.loc[bridged, column] = previous_close[bridged]
    whole.loc[bridged, "volume"] = 0.0
    whole["is_filled"] = bridged | _is_prefilled(whole)
    return whole


def longest_run(filled: npt.ArrayLike) -> int:
    """The largest number of filled bars in a row."""
    marks = np.concatenate(([0], np.asarray(filled, dtype=int), [0]))
    edges = np.flatnonzero(np.diff(marks))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _is_prefilled(frame: pd.DataFrame) -> pd.Series:
    one_price = (frame["high"] == frame["low"]) & (frame["open"] == frame["close"])
    return one_price & (frame["high"] == frame["open"]) & (frame["volume"] == 0)
