"""Round trips that come in streaks have wider intervals and longer losing runs."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics.trades import longest_losing_run
from core.trading.trade_resampling import new_streaks, resampled_trades, trade_block

SEED = 7
LIMIT = 5


def signs(random: np.random.Generator, n: int, rate: float, persistence: float) -> np.ndarray:
    """Wins of a two-state chain with this lag-1 autocorrelation."""
    won = np.empty(n, bool)
    won[0] = random.random() < rate
    for i in range(1, n):
        won[i] = random.random() < rate + persistence * ((1 - rate) if won[i - 1] else -rate)
    return won


def results(random: np.random.Generator, won: np.ndarray) -> np.ndarray:
    size = random.lognormal(0, 0.6, len(won))
    return np.where(won, 1.3 * size, -size)


def streaky(seed: int, persistence: float, n: int = 100) -> np.ndarray:
    random = np.random.default_rng(seed)
    return results(random, signs(random, n, 0.5, persistence))


def test_the_same_trades_give_the_same_values():
    one, two = (resampled_trades(streaky(1, 0.4), 100, SEED) for _ in range(2))
    assert all(np.array_equal(one[name], two[name], equal_nan=True) for name in one)


@pytest.mark.parametrize("persistence", [0.0, 0.4])
def test_the_interval_of_a_win_rate_holds_with_and_without_streaks(persistence):
    held = []
    for seed in range(80):
        values = resampled_trades(streaky(seed, persistence), 300, SEED)["win_rate_pct"]
        low, high = np.quantile(values, [0.025, 0.975])
        held.append(low <= 50.0 <= high)
    assert np.mean(held) >= 0.88  # 0.95 less three standard errors; independent draws: 0.79


def test_the_chance_to_pass_the_streak_gate_is_near_the_truth():
    fresh = [float(longest_losing_run(streaky(seed, 0.3)).value or 0) for seed in range(1000, 1400)]
    truth = np.mean(np.array(fresh) <= LIMIT)
    shown = np.mean(
        [
            np.mean(resampled_trades(streaky(seed, 0.3), 200, SEED)["consecutive_losses"] <= LIMIT)
            for seed in range(60)
        ]
    )
    assert truth < 0.2
    assert shown == pytest.approx(truth, abs=0.12)  # independent draws: 0.45


@pytest.mark.parametrize(("rate", "persistence"), [(0.5, 0.0), (0.7, 0.0), (0.5, 0.5)])
def test_the_interval_of_a_losing_streak_holds_for_a_new_record(rate, persistence):
    held = []
    for seed in range(120):
        random = np.random.default_rng(seed)
        seen, fresh = (~signs(random, 100, rate, persistence) for _ in range(2))
        low, high = np.quantile(new_streaks(seen, 300, SEED), [0.025, 0.975])
        held.append(low <= (longest_losing_run(-fresh.astype(float)).value or 0) <= high)
    assert np.mean(held) >= 0.89  # 0.95 less three standard errors; blocks: 0.82 to 0.92


def test_losses_that_were_not_seen_are_still_possible():
    assert new_streaks(np.zeros(20, bool), 2000, SEED).max() > 1
    assert np.mean(new_streaks(np.zeros(20, bool), 2000, SEED) == 0) > 0.5


def test_the_interval_of_ten_trades_is_at_least_as_wide_as_students_t():
    pnl = np.where(np.random.default_rng(5).random(10) < 0.5, 1.0, -1.0)
    won = pnl > 0
    low, high = np.quantile(resampled_trades(pnl, 4000, SEED)["win_rate_pct"], [0.025, 0.975])
    student = 2.262 * 100.0 * won.std(ddof=1) / np.sqrt(10)
    assert high - low >= 0.95 * 2.0 * student  # steps of a tenth


def test_blocks_are_longer_where_results_repeat():
    assert trade_block(streaky(3, 0.6, 400)) > 2 * trade_block(streaky(3, 0.0, 400))
    assert trade_block(np.array([1.0, -1.0, 2.0])) == 1.0
    assert trade_block(np.ones(100)) == 1.0


def test_a_single_losing_trade_at_the_end_breaks_nothing():
    pnl = np.array([1.0] * 9 + [-1.0])
    values = resampled_trades(pnl, 50, SEED)
    assert (values["consecutive_losses"] <= 10).all()
    assert ((values["win_rate_pct"] >= 0.0) & (values["win_rate_pct"] <= 100.0)).all()
