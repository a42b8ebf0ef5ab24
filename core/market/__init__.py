"""Candles: reading them, judging their quality, filtering and making up a market.

``load_candles`` reads, ``quality`` judges, ``require_quality`` refuses what is
not clean enough to train or to backtest on.

A name is imported when it is first asked for: a record of candles needs no table library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.lazy_names import lazy_names

if TYPE_CHECKING:
    from core.market.candles import Candles, Gap
    from core.market.loading import load_candles
    from core.market.quality import QualityReport, require_quality

__all__ = ["Candles", "Gap", "QualityReport", "load_candles", "require_quality"]

__getattr__ = lazy_names(
    __name__,
    {
        "Candles": "core.market.candles",
        "Gap": "core.market.candles",
        "QualityReport": "core.market.quality",
        "load_candles": "core.market.loading",
        "require_quality": "core.market.quality",
    },
)
