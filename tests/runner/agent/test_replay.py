"""A replay books what the environment books: same fills, same equity, same round trips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.trading.costs import CostModel
from core.trading.replay import Costs, Track, replay
from tests.runner.agent.markets import LONG_SHORT, market, with_filled
from tests.runner.agent.test_backtest import SPANS, backtest

if TYPE_CHECKING:
    from runner.agent.market import Market

FLOAT = 1e-10  # relative; a thousand fills in another order of operations
CHEAP, DEAR = CostModel(), CostModel(40.0, 25.0, 0.001)


def track_of(source: Market) -> Track:
    first, last = SPANS[0][0] + 1, SPANS[-1][1] + 1
    bars = pd.DataFrame(
        {
            "open": source.open[first:last],
            "close": source.close[first:last],
            "is_filled": source.filled[first:last],
        }
    )
    return Track.of(bars)


@pytest.mark.parametrize("levels", [LONG_SHORT, (0.0, 0.15), (0.0, 1.0)])
def test_the_recorded_levels_give_the_recorded_equity_and_trades_at_any_cost(levels):
    source = with_filled(market(600), 100, 101, 333)
    recorded = {costs: backtest(source, levels, costs=costs) for costs in (CHEAP, DEAR)}
    held = recorded[CHEAP].equity["target"].to_numpy()[1:]
    played = replay(track_of(source), held, Costs.of(CHEAP, DEAR))
    for scenario, costs in enumerate((CHEAP, DEAR)):
        expected = recorded[costs]
        assert played.equity[:, scenario] == pytest.approx(
            expected.equity["equity"].to_numpy() / 10_000, rel=FLOAT
        )
        assert played.pnl(scenario) == pytest.approx(
            expected.trades["pnl"].to_numpy() / 10_000, abs=FLOAT
        )
        mine = played.trades[played.trades["scenario"] == scenario]
        assert mine["forced"].tolist() == expected.trades["forced_exit"].tolist()
        sides = np.where(expected.trades["side"] == "long", 1, -1)
        assert mine["side"].tolist() == sides.tolist()


def test_the_target_is_what_was_held_and_not_what_was_wanted_in_a_filled_bar():
    source = with_filled(market(600), 100, 101, 333)
    record = backtest(source)
    held = record.equity["target"].to_numpy()
    filled_at = 100 - SPANS[0][0]
    assert held[filled_at] == held[filled_at - 1] == held[filled_at + 1]
    in_market = record.equity["exposure"].to_numpy() != 0
    assert (in_market == (held != 0)).all()
