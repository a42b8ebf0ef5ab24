from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from core.gates import score
from core.metrics.records import EQUITY_COLUMNS, TRADE_COLUMNS
from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel
from core.trading.warm_up import WARM_UP, judged_bars
from runner.agent.backtest import Backtest, run_backtest
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import ChronologicalEpisodes, slices
from runner.agent.evaluation import Policy, evaluate
from runner.agent.market_env import MarketEnv
from tests.runner.agent.markets import LONG_SHORT, market, no_features, with_filled

if TYPE_CHECKING:
    import pandas as pd

    from runner.agent.market import Market

SPANS = slices(10, 599, 4)
# Thousands of additions to amounts of 1e4 in double precision.
CENTS = 1e-8


def moody(levels: int = 3, seed: int = 1) -> Policy:
    """A policy that depends on the bar alone: changes its mind every few bars."""
    wishes = np.random.default_rng(seed).integers(0, levels, 2_000)
    return lambda _, env: wishes[env.bar // 6]


def settings(levels: tuple[float, ...] = LONG_SHORT, costs: CostModel | None = None) -> EnvSettings:
    return EnvSettings(levels, costs or CostModel(), exit_at_end=True)


def backtest(
    source: Market,
    levels: tuple[float, ...] = LONG_SHORT,
    spans: list[tuple[int, int]] = SPANS,
    costs: CostModel | None = None,
    **more: Any,
) -> Backtest:
    return run_backtest(
        moody(len(levels)), source, no_features(source), spans, settings(levels, costs), **more
    )


def test_the_backtests_equity_is_the_environments_equity():
    source = with_filled(market(600), 100, 101, 333)
    record = backtest(source)
    whole = ChronologicalEpisodes([(SPANS[0][0], SPANS[-1][1])])
    env = MarketEnv(source, no_features(source), whole, settings(), 1)
    side_by_side = evaluate(moody(), env)
    assert record.equity["equity"].to_numpy() / 10_000 == pytest.approx(
        side_by_side.equity, rel=1e-12
    )
    assert side_by_side.fills > 50


def test_the_record_has_one_row_a_bar_and_begins_with_the_capital():
    source = market(600)
    record = backtest(source)
    assert list(record.equity) == EQUITY_COLUMNS
    assert list(record.trades) == TRADE_COLUMNS
    assert len(record.equity) == 599 - 10 + 1
    assert record.equity["equity"].iloc[0] == 10_000.0
    steps = record.equity["time"].diff().dropna().unique()
    assert [step.total_seconds() for step in steps] == [3600.0]
    assert record.equity["episode"].unique().tolist() == [1, 2, 3, 4]


def test_the_trades_results_sum_to_what_the_equity_gained():
    record = backtest(market(600))
    gained = record.equity["equity"].iloc[-1] - 10_000.0
    assert record.trades["pnl"].sum() == pytest.approx(gained, abs=CENTS)
    assert {"long", "short"} == set(record.trades["side"])


def test_each_trade_explains_its_result():
    record = backtest(market(600))
    trades = record.trades
    sign = np.where(trades["side"] == "long", 1.0, -1.0)
    gross = sign * trades["quantity"] * (trades["exit_price"] - trades["entry_price"])
    assert (gross - trades["fees"]).to_numpy() == pytest.approx(trades["pnl"], abs=CENTS)
    assert (trades["exit_time"] > trades["entry_time"]).all()


def test_a_trimmed_position_stays_one_round_trip():
    source = market(200)
    rising = np.exp(np.linspace(0.0, 1.0, 200))
    for name in ("open", "high", "low", "close"):
        getattr(source, name)[:] = rising
    always_long = EnvSettings((0.0, 0.15), CostModel(), exit_at_end=True)
    record = run_backtest(
        lambda _, env: np.array([1]), source, no_features(source), [(0, 199)], always_long
    )
    (trade,) = record.trades.to_dict("records")
    assert trade["forced_exit"]
    assert trade["pnl"] == pytest.approx(record.equity["equity"].iloc[-1] - 10_000, abs=CENTS)
    # Sold in parts on the way up: the mean exit is below the last price.
    assert trade["entry_price"] < trade["exit_price"] < rising[-1]
    assert record.equity["exposure"].max() < 0.16


def test_a_position_is_held_through_the_episodes_and_closed_with_costs_at_the_end():
    source = market(600)
    always_long = settings((0.0, 0.15))
    record = run_backtest(
        lambda _, env: np.array([1]), source, no_features(source), SPANS, always_long
    )
    assert record.trades["forced_exit"].tolist() == [True]
    assert record.trades["episode"].tolist() == [4]
    assert (record.equity["target"].iloc[1:] == 0.15).all()
    free = backtest(source, levels=(0.0, 0.15), costs=CostModel(0.0, 0.0, 0.0))
    dear = backtest(source, levels=(0.0, 0.15), costs=CostModel(30.0, 0.0))
    assert dear.equity["equity"].iloc[-1] < free.equity["equity"].iloc[-1]


def takes_profit_and_never_stops() -> Policy:
    """No skill: buys whenever flat, sells 1 % above its entry, holds any loss."""
    entry: list[float] = []

    def policy(_: np.ndarray, env: MarketEnv) -> np.ndarray:
        close = float(env.market.close[env.bar[0]])
        if not env.held[0]:
            entry[:] = [close]
            return np.array([1])
        return np.array([0 if close > 1.01 * entry[0] else 1])

    return policy


def test_no_number_of_episodes_changes_a_gate():
    playbook, source = load_playbook(DEFAULT), market(1_200)
    cards, curves = [], []
    for episodes in (1, 3, 10, 40):
        record = run_backtest(
            takes_profit_and_never_stops(),
            source,
            no_features(source),
            slices(10, 1_199, episodes),
            settings((0.0, 1.0)),
        )
        cards.append(score(record.equity, record.trades, playbook.gates, playbook.decision))
        curves.append(record.equity["equity"].to_numpy())
        assert record.equity["episode"].nunique() == episodes
        assert record.trades["forced_exit"].sum() <= 1
    assert len(record.trades) > 10
    assert all(card.gates == cards[0].gates for card in cards)
    assert all(card.decision == cards[0].decision for card in cards)
    assert all((curve == curves[0]).all() for curve in curves)


def test_the_reward_components_sum_to_the_log_of_the_whole_equity_ratio():
    record = backtest(market(600))
    total = record.components["market"] + record.components["cost"]
    ratio = record.equity["equity"].iloc[-1] / 10_000.0
    assert np.exp(total) == pytest.approx(ratio, rel=1e-10)


def test_the_same_backtest_twice_gives_the_same_bits():
    source = market(600)
    first, again = backtest(source), backtest(source)
    assert first.equity.equals(again.equity)
    assert first.trades.equals(again.trades)


def test_progress_comes_by_episode_with_records_that_can_be_scored():
    playbook = load_playbook(DEFAULT)
    seen = []

    def look(number: int, equity: pd.DataFrame, trades: pd.DataFrame) -> None:
        card = score(equity, trades, playbook.gates, playbook.decision)
        seen.append((number, len(equity), card.passed))

    backtest(market(600), on_episode=look)
    assert [number for number, _, _ in seen] == [1, 2, 3, 4]
    assert [rows for _, rows, _ in seen] == [stop - 10 + 1 for _, stop in SPANS]


def test_slices_are_adjacent_whole_and_nearly_equal():
    spans = slices(336, 8_759, 10)
    assert spans[0][0] == 336
    assert spans[-1][1] == 8_759
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    lengths = [stop - start for start, stop in spans]
    assert max(lengths) - min(lengths) <= 1


def test_more_episodes_than_bars_are_refused():
    with pytest.raises(ValueError, match="for 10 episodes"):
        slices(336, 350, 10)


def test_a_policy_that_never_trades_has_no_sharpe_and_no_return():
    source = market(600)
    env = MarketEnv(source, no_features(source), ChronologicalEpisodes(SPANS), settings(), 4)
    flat = evaluate(lambda _, env: np.full(env.num_envs, 1), env)
    assert flat.sharpe(8760) is None
    assert (flat.return_pct, flat.max_drawdown_pct, flat.fills) == (0.0, 0.0, 0)


@pytest.mark.parametrize("episodes", [1, 3, 10])
def test_as_many_bars_are_judged_as_is_said(episodes: int) -> None:
    source = market(900)
    record = backtest(source, spans=slices(WARM_UP, len(source) - 1, episodes))
    returns = len(record.equity) - 1  # the first row is the starting capital
    assert returns == 563
    assert judged_bars(len(source)).startswith(f"{returns} bars are judged, each once")
