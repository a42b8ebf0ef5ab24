"""What came true of the small backtest's forecast, made up day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from core.trading.paper import PaperRecord, judged
from tests.core.backtest_records import MARKET, decision_of, record
from tests.expected import present

if TYPE_CHECKING:
    from core.trading.forecast import Forecast

SHA = "ab" * 32
DECISION = decision_of(record())
FORECAST: Forecast = present(DECISION.forecast)


def paper(
    days: int,
    change: float = 0.0,
    hours: int = 0,
    sha256: str = SHA,
    first: str = "2026-03-01T00:00:00Z",
) -> PaperRecord:
    """Days that each change the equity by so much, evenly over their hours."""
    bars = days * 24 + hours
    times = pd.date_range("2026-03-01", periods=bars + 1, freq="h", tz="UTC")
    equity = pd.DataFrame(
        {"time": times, "equity": 10_000 * (1 + change / 24) ** np.arange(bars + 1)}
    )
    exits = times[12::24]
    trades = pd.DataFrame({"exit_time": exits, "pnl": 5.0, "forced_exit": False})
    found: dict[str, Any] = judged(FORECAST, DECISION.gates, 8760, record().returns, equity, trades)
    given = {
        "version": 1,
        "decision": sha256,
        "job_id": "paper-1",
        "made_at": "2026-04-01T00:00:00Z",
        "data": MARKET.candles.provenance(),
        "filled": 0,
        "first": first,
        "artifacts": {},
    }
    return PaperRecord.model_validate(found | given)
