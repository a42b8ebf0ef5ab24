"""Candles as plain arrays, for the environment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Market:
    """T hourly bars. Every array has shape (T,); prices in USDT, volume in coins."""

    open_time: np.ndarray  # datetime64[ns], UTC, open time of the bar
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray
    filled: np.ndarray  # bool: missing at the exchange, so no trade is possible

    def __len__(self) -> int:
        return len(self.close)

    def __getitem__(self, bars: slice) -> Market:
        return Market(*(getattr(self, name)[bars] for name in self.__dataclass_fields__))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Market:
        """From the candles' frame (UTC index; open high low close volume is_filled)."""
        index = pd.DatetimeIndex(frame.index)
        if index.tz is not None:
            index = index.tz_convert("UTC").tz_localize(None)
        columns = {
            name: frame[name].to_numpy(dtype=np.float64, copy=True)
            for name in ("open", "high", "low", "close", "volume")
        }
        filled = frame["is_filled"].to_numpy(dtype=bool, copy=True)
        return cls(index.to_numpy().astype("datetime64[ns]"), **columns, filled=filled)

    @property
    def interval(self) -> np.timedelta64:
        """Length of a bar: the most frequent distance between two bars."""
        steps, counts = np.unique(np.diff(self.open_time), return_counts=True)
        return steps[counts.argmax()]
