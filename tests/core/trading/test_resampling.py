"""Intervals and P(pass): seeded, honest about what they can't know, and calibrated."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.metrics.conventions import meets_limit
from core.playbook import DEFAULT, load_playbook
from core.trading.resampling import (
    SEED,
    OptimalBlocks,
    Uncertainty,
    chosen_block,
    optimal_blocks,
    pass_share,
    resampled_bars,
    uncertainty,
)
from core.trading.trade_resampling import resampled_trades
from tests.expected import present

PLAYBOOK = load_playbook(DEFAULT)
RETURNS = np.random.default_rng(2).normal(1e-4, 1e-3, 4000)
PNL = np.random.default_rng(3).normal(1, 10, 60)


def found(
    returns: np.ndarray = RETURNS, pnl: np.ndarray = PNL, repetitions: int = 200
) -> Uncertainty:
    return uncertainty(returns, pnl, PLAYBOOK.gates, 8760, repetitions)


def test_the_same_record_has_the_same_intervals():
    one, two = found(), found()
    assert one.record() == two.record()
    assert all(one.gates[name].ci95 == two.gates[name].ci95 for name in one.gates)


def test_each_gate_has_its_interval_chance_and_distribution_as_strict_json():
    for gate in found().gates.values():
        low, high = present(gate.ci95)
        assert low <= high
        assert 0 <= present(gate.p_pass) <= 1
        read = json.loads(json.dumps(present(gate.distribution()).as_dict(), allow_nan=False))
        assert sum(read["histogram"]["counts"]) + read["undefined"] == 200
        assert read["quantiles"]["value"] == sorted(read["quantiles"]["value"])


def test_the_interval_of_a_sharpe_is_as_wide_as_theory_has_it():
    """SE of an annual Sharpe is about 1 / sqrt(years) for independent returns."""
    values = resampled_bars(np.random.default_rng(4).normal(0, 1e-3, 8760), 24, 8760, 400)
    assert values["sharpe"].std() == pytest.approx(1.0, rel=0.15)  # 400 draws: 3.5 % a sigma


def test_a_drawdown_that_pays_back_is_seen_in_the_resampled_paths():
    values = resampled_bars(np.array([0.1, -0.1] * 100), 2, 8760, 50)
    assert (values["max_drawdown_pct"] >= 9.99).all()


def test_drawn_trades_lie_around_the_win_rate_and_know_no_profit_factor_without_losses():
    values = resampled_trades(PNL, 500, SEED)
    assert values["win_rate_pct"].mean() == pytest.approx((PNL > 0).mean() * 100, abs=1.0)
    assert np.isnan(resampled_trades(np.ones(10), 20, SEED)["profit_factor"]).all()
    assert (resampled_trades(-np.ones(10), 20, SEED)["consecutive_losses"] == 10).all()


def test_an_undefined_draw_is_not_passed():
    few = found(pnl=np.array([5.0, 4, 6, 7, -1]))
    assert present(few.gates["profit_factor"].p_pass) < 1
    all_wins = found(pnl=np.ones(30))
    assert all_wins.gates["profit_factor"].ci95 is None
    assert all_wins.gates["profit_factor"].p_pass == 0.0


@pytest.mark.parametrize(
    ("returns", "pnl"),
    [(np.zeros(500), PNL), (RETURNS[:20], PNL), (RETURNS[:1], None), (RETURNS[:0], PNL[:0])],
)
def test_too_little_has_no_interval_and_crashes_nothing(returns, pnl):
    nothing = uncertainty(returns, pnl, PLAYBOOK.gates, 8760, 200)
    assert nothing.gates["sharpe"].ci95 is None
    assert nothing.gates["sharpe"].p_pass is None
    json.dumps(nothing.record().as_dict(), allow_nan=False)


def test_the_block_is_the_longest_of_a_day_and_both_optima():
    assert chosen_block(OptimalBlocks(returns=3.8, magnitudes=181.0), 8760) == 181.0
    assert chosen_block(OptimalBlocks(returns=3.8, magnitudes=None), 8760) == 24.0
    assert chosen_block(OptimalBlocks(returns=None, magnitudes=None), 40) == 10.0
    assert None not in optimal_blocks(RETURNS).as_dict().values()


def test_the_share_that_passes_is_compared_like_a_gate():
    values = np.array([15.000000000000002, 15.0, 14.0, 15.1, np.nan])
    expected = np.mean([v == v and meets_limit(v, "<=", 15.0) for v in values])
    assert pass_share(values, "<=", 15.0) == expected == 0.6
