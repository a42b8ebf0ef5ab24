"""The look-ahead tests: they pass an honest agent, and catch one that peeks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.decision.lookahead import fills_test
from core.trading.backtest_record import BacktestRecord
from core.trading.costs import CostModel
from core.trading.robustness import replay_error
from core.trading.warm_up import WARM_UP
from runner.agent.backtest import run_backtest
from runner.agent.env_settings import EnvSettings
from runner.agent.features import raw_features
from runner.agent.lookahead import (
    lookahead_tests,
    planted_oracle,
    prefix_invariance,
    shuffle_bars,
    shuffled_returns,
)
from tests.runner.agent.markets import market, with_filled

if TYPE_CHECKING:
    from runner.agent.evaluation import Policy
    from runner.agent.market import Market
    from runner.agent.market_env import MarketEnv

SETTINGS = EnvSettings((0.0, 0.15), CostModel(), exit_at_end=True)


@pytest.fixture(scope="module")
def source() -> Market:
    return market(1_200)


def honest(market: Market) -> np.ndarray:
    return raw_features(market).astype(np.float32)


def peeking(market: Market) -> np.ndarray:
    """The sign of the next bar's move, where it is known."""
    features = honest(market).copy()
    features[:, 0] = np.sign(np.diff(market.close, append=market.close[-1:]))
    return features


def scaled_by_the_future(market: Market) -> np.ndarray:
    """Statistics of the whole record, the test bars included."""
    raw = honest(market)
    with np.errstate(invalid="ignore"):
        return (raw - raw.mean(axis=0)) / raw.std(axis=0)


def follow(observation: np.ndarray, env: MarketEnv) -> np.ndarray:
    """In the market while the first feature is positive."""
    return (observation[:, 0] > 0).astype(int)


def test_an_honest_agent_passes_all_three(source):
    found = lookahead_tests(follow, source, honest, SETTINGS)
    assert [test.passed for _, test in found.tests()] == [True, True, True]
    assert all(test.checked >= 12 and test.detail for _, test in found.tests())


@pytest.mark.parametrize("bars", [358, 384, 386])
def test_bars_that_do_not_suffice_leave_the_future_untested(bars):
    found = lookahead_tests(follow, market(bars), honest, SETTINGS)
    assert [found.prefix_invariance.passed, found.planted_oracle.passed] == [None] * 2
    assert found.prefix_invariance.detail == f"Not enough bars: {bars}; 387 are needed."


@pytest.mark.parametrize("bars", [387, 400, 433])
def test_few_bars_are_tested_at_the_moments_that_they_have(bars):
    short = market(bars)
    found = lookahead_tests(follow, short, honest, SETTINGS)
    assert all(test.passed for _, test in found.tests())
    assert prefix_invariance(follow, short, peeking, SETTINGS).passed is False


@pytest.mark.parametrize("features_of", [peeking, scaled_by_the_future])
def test_features_of_later_bars_are_noticed(source, features_of):
    found = prefix_invariance(follow, source, features_of, SETTINGS)
    assert not found.passed
    assert "depend on future bars: they differ when the bars after" in found.detail


def test_who_peeks_earns_on_shuffled_bars_and_is_noticed(source):
    assert not shuffled_returns(follow, source, peeking, SETTINGS).passed
    assert shuffled_returns(follow, source, honest, SETTINGS).passed


def test_a_blind_test_would_be_noticed(source, monkeypatch):
    monkeypatch.setattr("runner.agent.lookahead._futures", lambda market, cut, random: {})
    assert not planted_oracle(follow, source, honest, SETTINGS).passed


def test_a_policy_that_reads_later_bars_of_the_market_is_noticed(source):
    def reads_ahead(_: np.ndarray, env: MarketEnv) -> np.ndarray:
        closes = env.market.close
        following = closes[np.minimum(env.bar + 5, len(closes) - 1)]
        return (following > closes[env.bar]).astype(int)

    assert not prefix_invariance(reads_ahead, source, honest, SETTINGS).passed


def test_shuffled_bars_keep_their_shapes_and_lose_their_drift(source):
    shuffled = shuffle_bars(source, np.random.default_rng(1))
    assert (shuffled.high >= np.maximum(shuffled.open, shuffled.close) * (1 - 1e-12)).all()
    assert (shuffled.low <= np.minimum(shuffled.open, shuffled.close) * (1 + 1e-12)).all()
    assert sorted(shuffled.volume) == sorted(source.volume)
    assert np.mean(shuffled.close / shuffled.open) == pytest.approx(1.0)
    gaps = shuffled.open[1:] / shuffled.close[:-1]
    assert np.mean(gaps) == pytest.approx(1.0, abs=1e-6)  # the first bar's gap is not among them


def record_on(traded: Market, true: Market, policy: Policy = follow) -> BacktestRecord:
    """What a backtest on ``traded`` records, beside the candles as they were."""
    spans = [(WARM_UP, 800), (800, len(true) - 1)]
    run = run_backtest(policy, traded, honest(true), spans, SETTINGS)
    columns = {name: getattr(true, name) for name in ("open", "close", "volume")}
    frame = pd.DataFrame(
        {**columns, "is_filled": true.filled}, index=pd.DatetimeIndex(true.open_time, tz="UTC")
    )
    bars = frame.iloc[WARM_UP + 1 :]
    return BacktestRecord(run.equity, run.trades, bars, SETTINGS.costs)


def worst_of_the_next_bar(source: Market) -> Market:
    return replace(source, open=source.low)


def own_close(source: Market) -> Market:
    """As if an order were filled at the close that its decision has just seen."""
    return replace(source, open=np.concatenate([source.open[:1], source.close[:-1]]))


def test_fills_at_the_next_open_are_replayed_exactly(source):
    assert replay_error(record_on(source, source)) < 1e-12
    gaps = with_filled(source, 700, 701, 900)
    assert replay_error(record_on(gaps, gaps)) < 1e-12


@pytest.mark.parametrize("fills", [own_close, worst_of_the_next_bar])
def test_fills_at_another_price_pass_the_three_tests_and_fail_the_replay(source, fills):
    assert lookahead_tests(follow, fills(source), honest, SETTINGS).passed()
    error = replay_error(record_on(fills(source), source))
    assert error > 1e-5
    assert fills_test(error, 800).passed is False
