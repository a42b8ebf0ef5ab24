"""Public price series that ship in packages with a free licence; nothing is copied here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Series:
    """Closes and how many of them make a year."""

    name: str
    close: pd.Series
    bars_per_year: int
    interval: str


def sp500() -> Series:
    """S&P 500, daily 1999 to 2018; from arch (NCSA)."""
    import arch.data.sp500

    close = arch.data.sp500.load()["Adj Close"].dropna()
    return Series("sp500", close, 252, "1D")


def nasdaq() -> Series:
    """NASDAQ composite, daily 1999 to 2018; from arch (NCSA)."""
    import arch.data.nasdaq

    close = arch.data.nasdaq.load()["Adj Close"].dropna()
    return Series("nasdaq", close, 252, "1D")


def eurusd() -> Series:
    """EUR/USD, hourly 2017 to 2018; from gym-anytrading (MIT)."""
    from gym_anytrading.datasets import FOREX_EURUSD_1H_ASK

    return Series("eurusd", FOREX_EURUSD_1H_ASK["Close"].dropna(), 8760, "1h")


def googl() -> Series:
    """Alphabet, daily 2009 to 2018; from gym-anytrading (MIT)."""
    from gym_anytrading.datasets import STOCKS_GOOGL

    return Series("googl", STOCKS_GOOGL["Close"].dropna(), 252, "1D")


ALL = (sp500, nasdaq, eurusd, googl)
