"""Candles: reading them, judging their quality, filtering and making up a market.

``load_candles`` reads, ``quality`` judges, ``require_quality`` refuses what is
not clean enough to train or to backtest on.
"""

from core.market.candles import Candles, Gap
from core.market.loading import load_candles
from core.market.quality import QualityReport, quality, require_quality

__all__ = ["Candles", "Gap", "QualityReport", "load_candles", "quality", "require_quality"]
