"""Intervals and P(pass): seeded, honest about what they can't know, and calibrated."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.metrics.conventions import meets_limit
from core.playbook import DEFAULT, load_playbook
from core.trading.bar_resampling import (
    BlockDraws,
    OptimalBlocks,
    chosen_block,
    optimal_blocks,
    resampled_bars,
    sharpe_ratios,
)
from core.trading.resampling import SEED, Uncertainty, pass_share, uncertainty
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
    """SE of an annual Sharpe is about 1 / sqrt(years) for independent returns; Student's t and
    an error that is never below the bootstrap's add up to a fifth.
    """
    spreads = [
        resampled_bars(np.random.default_rng(seed).normal(0, 1e-3, 8760), 24, 8760, 100, SEED)[
            "sharpe"
        ].std()
        for seed in range(12)
    ]
    assert 0.95 < np.mean(spreads) < 1.3
    assert min(spreads) > 0.8  # 100 draws: 7 % a sigma


def test_the_blocks_of_a_record_cover_all_its_bars_and_sum_like_their_bars():
    values = np.random.default_rng(1).normal(size=500)
    for block in (1.0, 24.0, 125.0):
        draws = BlockDraws(500, block, 40, SEED)
        drawn = np.array([np.concatenate([values, values])[draws.bars(i)] for i in range(40)])
        assert drawn.shape == (40, 500)
        assert draws.sums(values) == pytest.approx(drawn.sum(axis=1))
        starts = (draws.lengths > 0).sum() / 40
        assert starts == pytest.approx(500 / block, rel=0.25, abs=1.5)


def test_the_ratios_of_resampled_records_are_those_of_their_bars_where_nothing_is_slower():
    returns = np.tile([0.002, -0.001, 0.0005, -0.0012], 200)
    draws = BlockDraws(len(returns), 24.0, 30, SEED)
    drawn = np.array([np.concatenate([returns, returns])[draws.bars(i)] for i in range(30)])
    assert sharpe_ratios(returns, draws) == pytest.approx(
        drawn.mean(axis=1) / drawn.std(axis=1, ddof=1)
    )


def test_a_drawdown_that_pays_back_is_seen_in_the_resampled_paths():
    values = resampled_bars(np.array([0.1, -0.1] * 100), 2, 8760, 50, SEED)
    assert (values["max_drawdown_pct"] >= 9.0).all()


def test_a_trend_of_a_hundred_bars_widens_what_no_block_shows():
    random = np.random.default_rng(3)
    side = np.cumsum(random.random(8760) < 0.01) % 2 * 2.0 - 1.0
    noise = random.standard_normal(8760)
    calm, trending = (
        resampled_bars(1e-3 * each, 24, 8760, 200, SEED)["sharpe"].std()
        for each in (noise, noise + 0.15 * side)
    )
    assert trending > 1.25 * calm  # theory: 1.7; blocks of a day alone: 1.1


def test_a_ruined_record_is_not_resampled():
    returns = np.concatenate([RETURNS, [-1.0]])
    assert found(returns).gates["sharpe"].ci95 is None


def test_drawn_trades_lie_around_the_win_rate_and_know_no_profit_factor_without_losses():
    values = resampled_trades(PNL, 500, SEED)
    assert values["win_rate_pct"].mean() == pytest.approx((PNL > 0).mean() * 100, abs=1.0)
    assert np.isnan(resampled_trades(np.ones(10), 20, SEED)["profit_factor"]).all()
    streaks = resampled_trades(-np.ones(10), 200, SEED)["consecutive_losses"]
    assert streaks.max() == np.median(streaks) == 10


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
