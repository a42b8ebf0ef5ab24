"""The yardstick is measured too: a benchmark that is beaten by a rule of thumb is none."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from core.market.hidden_state import filtered_state
from core.market.synthetic import SignalModel, make_market
from core.trading.costs import CostModel
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import ChronologicalEpisodes, slices
from runner.agent.evaluation import Policy, evaluate
from runner.agent.features import log_returns
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from tests.benchmarks.optimal_policy import GRID, LARGEST_LOG_ODDS, solve

pytestmark = pytest.mark.slow

SIGNAL = SignalModel()
COSTLY = EnvSettings(exit_at_end=True)
FREE = EnvSettings(costs=CostModel(0.0, 0.0, 0.0), exit_at_end=True)
ONE_CELL = 2 * LARGEST_LOG_ODDS / (GRID - 1) / 4  # of belief, around one half


def test_without_costs_it_goes_long_on_the_better_half_of_beliefs():
    buys, sells = solve(SIGNAL, FREE).thresholds
    assert buys == sells
    # Below one half by the convexity of prices: half a variance is earned on the way.
    assert 0.45 < buys <= 0.5 + ONE_CELL


def test_with_costs_it_waits_before_it_trades_and_more_so_with_higher_ones():
    buys, sells = solve(SIGNAL, COSTLY).thresholds
    assert sells < 0.5 < buys
    dearer = EnvSettings(costs=CostModel(30.0, 10.0), exit_at_end=True)
    assert solve(SIGNAL, dearer).thresholds[0] > buys


@pytest.mark.parametrize("threshold", [0.4, 0.5, 0.6])
def test_it_earns_more_than_following_the_belief_across_a_threshold(threshold):
    market = Market.from_frame(
        make_market(31, 60_000, datetime(2021, 2, 23, tzinfo=UTC)).candles.frame
    )
    before = np.concatenate([market.close[:1], market.close[:-1]])
    belief = filtered_state(log_returns(market.close), SIGNAL, before)[:, -1]

    def rule(_: np.ndarray, env: MarketEnv) -> np.ndarray:
        return (belief[env.bar] > threshold).astype(int)

    def earned(policy: Policy) -> float:
        spans = slices(100, len(market) - 1, 60)
        nothing = np.zeros((len(market), 1), dtype=np.float32)
        env = MarketEnv(market, nothing, ChronologicalEpisodes(spans), COSTLY, len(spans))
        return evaluate(policy, env).log_return

    assert earned(solve(SIGNAL, COSTLY).on(market)) > earned(rule)


def test_other_signals_and_accounts_are_refused():
    with pytest.raises(ValueError, match="two regimes"):
        solve(SignalModel(flat_regime=True), COSTLY)
    with pytest.raises(ValueError, match="two actions"):
        solve(SIGNAL, EnvSettings((-0.1, 0.0, 0.1)))
