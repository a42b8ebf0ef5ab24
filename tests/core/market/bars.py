"""Plain hourly bars for tests of the market rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from core.market.csv_text import csv_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

START = datetime(2024, 9, 1, tzinfo=UTC)


def bars(
    count: int = 240, start: datetime = START, step: str = "h", price: float = 100.0, seed: int = 1
) -> pd.DataFrame:
    """A random walk that opens where the last bar closed; columns as candles have them."""
    random = np.random.default_rng(seed)
    close = price * np.exp(np.cumsum(0.005 * random.standard_normal(count)))
    opened = np.concatenate(([price], close[:-1]))
    wick = 1 + 0.002 * random.random((2, count))
    index = pd.date_range(start, periods=count, freq=step, name="open_time_utc").as_unit("us")
    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * wick[0],
            "low": np.minimum(opened, close) / wick[1],
            "close": close,
            "volume": random.uniform(10, 1000, count),
        },
        index=index,
    )


def scaled(
    frame: pd.DataFrame,
    rows: slice,
    factor: float,
    columns: Sequence[str] = ("open", "high", "low", "close"),
) -> pd.DataFrame:
    """The bars with some numbers of some rows multiplied."""
    changed = frame.copy()
    for name in columns:
        values = frame[name].to_numpy(dtype=float, copy=True)
        values[rows] *= factor
        changed[name] = values
    return changed


def silent(frame: pd.DataFrame, rows: slice) -> pd.DataFrame:
    """The bars with some rows as freqtrade and ccxt fill them."""
    changed = scaled(frame, rows, 0.0, ("volume",))
    before = float(frame["close"].to_numpy(dtype=float)[rows.start - 1])
    for name in ("open", "high", "low", "close"):
        values = frame[name].to_numpy(dtype=float, copy=True)
        values[rows] = before
        changed[name] = values
    return changed


def written(path: Path, frame: pd.DataFrame, comment: str = "# bars of a test") -> Path:
    """The bars as CSV with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(frame, comment), encoding="utf-8")
    return path
