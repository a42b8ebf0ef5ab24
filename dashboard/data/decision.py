"""A decision's equity curve compared with the market's, and its sentences.

Read from the archive, with every hash checked. No Streamlit here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from core.decision import SavedDecision, marked_bars
from core.decision.sentences import Sentences, sentences_in
from core.errors import TrainweekError
from core.metrics.drawdown import underwater
from core.trading.baselines import buy_and_hold
from dashboard.data.backtest_input import candles_of
from dashboard.formatting import short

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from core.decision.validity import Validity
    from core.language import Message
    from core.paths import Home


@dataclass(frozen=True)
class Curves:
    """Equity over time, each starting at 1; the market's are None if its candles changed."""

    time: pd.DatetimeIndex
    agent: np.ndarray
    hold: np.ndarray | None
    matched: np.ndarray | None

    @property
    def drawdown_pct(self) -> np.ndarray:
        """Drawdown at each mark, in percent, 0 or below; shape (n,)."""
        return -100.0 * underwater(self.agent)


_KEPT: dict[str, Curves] = {}  # by the decision's hash: its record never changes
_MAX_KEPT = 4


def curves(home: Home, saved: SavedDecision, data_dir: str) -> Curves:
    """The agent's equity, and buy and hold on the same bars with the same costs."""
    if saved.sha256 not in _KEPT:
        if len(_KEPT) >= _MAX_KEPT:
            _KEPT.clear()
        _KEPT[saved.sha256] = _curves(home.resolve(data_dir), saved)
    return _KEPT[saved.sha256]


def _curves(folder: Path, saved: SavedDecision) -> Curves:
    decision = saved.decision
    equity = pd.read_csv(saved.file("equity.csv"))
    time = pd.DatetimeIndex(pd.to_datetime(equity["time"], utc=True))
    agent = equity["equity"].to_numpy(float) / float(equity["equity"].iloc[0])
    try:
        candles = candles_of(folder)
        if candles.sha256 != decision.data.sha256:
            return Curves(time, agent, None, None)
        bars = marked_bars(candles, equity)
    except TrainweekError:
        return Curves(time, agent, None, None)
    costs = decision.costs.model()
    exposure = decision.facts.mean_exposure
    matched = None if exposure is None else buy_and_hold(bars, costs, exposure=exposure)
    return Curves(time, agent, buy_and_hold(bars, costs), matched)


def in_words(saved: SavedDecision, language: str) -> Sentences:
    """The decision's sentences in the viewer's language, gate values as pages write them."""
    return sentences_in(saved.decision, language, lambda gate: short(gate.value, gate.threshold))


def differences(validity: Validity) -> list[Message]:
    """Why a signature is not valid, one sentence per difference; empty if it is valid."""
    return [] if validity.valid else [one.what for one in validity.differences]
