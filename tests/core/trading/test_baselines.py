"""Baselines on the agent's bars with the agent's costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.trading.baselines import baselines, buy_and_hold
from core.trading.costs import CostModel

FREE = CostModel(0.0, 0.0, 0.0)


def bars_of(
    opens: list[float], closes: list[float], hole_before: int | None = None
) -> pd.DataFrame:
    index = pd.date_range("2026-01-01", periods=len(opens), freq="h", tz="UTC")
    if hole_before is not None:
        late = np.arange(len(opens)) >= hole_before
        index = index + pd.to_timedelta(np.where(late, 100, 0), unit="h")
    return pd.DataFrame({"open": opens, "close": closes}, index=index)


def test_buy_and_hold_buys_the_first_open_and_follows_the_closes():
    curve = buy_and_hold(bars_of([100, 111, 99], [110, 99, 120]), FREE, capital=1000)
    assert curve == pytest.approx([1000, 1100, 990, 1200])


def test_buy_and_hold_pays_for_buying_and_for_selling():
    bars = bars_of([100] * 4, [100] * 4)
    curve = buy_and_hold(bars, CostModel(10, 5, 0.0))
    assert curve == pytest.approx([1, 0.9985, 0.9985, 0.9985, 0.9985**2])


def test_nobody_earns_the_move_across_a_hole():
    bars = bars_of([100, 100, 200, 200], [100, 100, 200, 220], hole_before=2)
    assert buy_and_hold(bars, FREE) == pytest.approx([1, 1, 1, 1, 1.1])


def test_half_the_exposure_earns_half_of_each_bar_and_a_short_loses_it():
    bars = bars_of([100, 110], [110, 99])
    assert buy_and_hold(bars, FREE, exposure=0.5) == pytest.approx([1, 1.05, 1.05 * 0.95])
    assert buy_and_hold(bars, FREE, exposure=-1.0) == pytest.approx([1, 0.9, 0.9 * 1.1])


def test_a_tick_wider_than_the_slippage_is_the_slippage():
    costs = CostModel(10, 5, 0.0001)
    assert costs.per_side(0.5) == pytest.approx(0.0015)
    assert costs.per_side(0.05) == pytest.approx(0.0010 + 0.0010)


def test_costs_below_zero_are_refused():
    with pytest.raises(InputError, match="below 0"):
        CostModel(fee_bps=-1)


def test_the_fair_baseline_is_left_out_when_nobody_knows_the_exposure():
    bars = bars_of([100, 110, 99], [110, 99, 120])
    assert set(baselines(bars, FREE, None)) == {"flat", "buy_and_hold"}
    found = baselines(bars, FREE, 0.1)
    assert found["flat"].as_dict() == {
        "exposure": 0.0, "return_pct": 0.0, "sharpe": None, "max_drawdown_pct": 0.0, "calmar": None,
    }  # fmt: skip
    assert found["buy_and_hold"].return_pct == pytest.approx(20.0)
    assert found["exposure_matched"].exposure == 0.1


def test_a_baseline_without_bars_is_refused():
    with pytest.raises(InputError, match="needs bars"):
        buy_and_hold(bars_of([], []), FREE)
