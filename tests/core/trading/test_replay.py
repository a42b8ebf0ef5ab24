"""Replays by hand: costs, flips, delays, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel
from core.trading.outcome import Judge
from core.trading.replay import Costs, Track, replay
from core.trading.robustness import break_even_bps, stress
from tests.expected import present

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FREE = CostModel(0.0, 0.0, 0.0)
PLAYBOOK = load_playbook(DEFAULT)
JUDGE = Judge(PLAYBOOK.gates, PLAYBOOK.decision, 8760)


def track(opens: ArrayLike, closes: ArrayLike, episodes: np.ndarray | None = None) -> Track:
    bars = pd.DataFrame({"open": np.array(opens, float), "close": np.array(closes, float)})
    return Track.of(bars, episodes)


def test_half_in_the_market_earns_half_of_the_move_and_pays_both_sides():
    bars = track([100, 110], [110, 110])
    played = replay(bars, np.array([0.5, 0.0]), Costs.of(FREE, CostModel(10, 0, 0)))
    assert played.equity[:, 0] == pytest.approx([1, 1.05, 1.05])
    paid = 0.5 * 0.001 + 0.5 * 1.1 * 0.001
    assert played.equity[-1, 1] == pytest.approx(1.05 - paid)
    assert played.pnl(1) == pytest.approx([0.05 - paid])
    assert played.turnover == pytest.approx([0.5 + 0.55 / 1.05, 0.5 + 0.55 / (1.05 - 0.0005)])


def test_slippage_is_at_least_half_a_tick():
    bars = track([0.05, 0.05], [0.05, 0.05])
    played = replay(bars, np.array([1.0, 0.0]), Costs.of(CostModel(0, 5, 0.0001)))
    assert played.equity[-1, 0] == pytest.approx((1 - 0.001) * 1 - 0.001, abs=2e-6)
    assert played.slipped[0] == pytest.approx(0.002, rel=1e-3)


def test_a_flip_is_two_round_trips_and_a_forced_exit_ends_the_episode():
    bars = track([100, 110, 100], [110, 100, 100], np.array([1, 1, 2]))
    played = replay(bars, np.array([1.0, -1.0, 0.0]), Costs.of(FREE))
    assert played.trades[["side", "bar", "forced"]].to_numpy().tolist() == [
        [1, 1, False], [-1, 1, True],
    ]  # fmt: skip
    assert played.pnl(0) == pytest.approx([0.1, 0.1])
    assert played.equity[:, 0] == pytest.approx([1, 1.1, 1.2, 1.2])


def test_a_position_that_outgrows_its_level_is_trimmed():
    bars = track([100, 100, 200], [100, 200, 200])
    played = replay(bars, np.array([0.5, 0.5, 0.5]), Costs.of(FREE))
    # 0.5 doubles to 1.0 of 1.5; trimmed to 0.75 at the third open.
    assert played.turnover[0] == pytest.approx(0.5 + 0.25 / 1.5 + 0.5)


def test_levels_of_another_length_or_not_finite_are_refused():
    bars = track([100, 110], [110, 110])
    with pytest.raises(InputError, match="3 levels for 2 bars"):
        replay(bars, np.zeros(3), Costs.of(FREE))
    with pytest.raises(InputError, match="must be finite"):
        replay(bars, np.array([0.0, np.nan]), Costs.of(FREE))
    with pytest.raises(InputError, match="needs bars"):
        Track.of(pd.DataFrame({"open": [], "close": []}))


def wave(bars: int = 2000) -> tuple[Track, np.ndarray]:
    """A market that rises for ten bars and falls for ten; held while it rises."""
    moves = np.where(np.arange(bars) // 10 % 2 == 0, 0.004, -0.004)
    close = 100 * np.cumprod(1 + moves + np.random.default_rng(1).normal(0, 0.002, bars))
    opens = np.concatenate([[100.0], close[:-1]])
    return track(opens, close), np.where(moves > 0, 0.15, 0.0)


def test_break_even_is_where_the_replay_earns_nothing():
    bars, levels = wave()
    at = present(break_even_bps(bars, levels))
    end = replay(bars, levels, Costs.grid((at, 0.0, 0.0))).equity[-1, 0]
    assert 50 < at < 400
    assert end == pytest.approx(1.0, abs=1e-5)
    assert break_even_bps(bars, 0.15 - levels) is None  # loses even without costs
    assert break_even_bps(bars, np.zeros(len(bars))) is None


def test_the_grid_has_the_recorded_costs_and_dearer_is_worse():
    bars, levels = wave()
    found = stress(bars, levels, CostModel(), JUDGE)
    returns = [line.return_pct for line in found.fees]
    assert returns == sorted(returns, reverse=True)
    same = (found.same.equity[-1, 0] - 1) * 100
    assert found.fees[1].return_pct == pytest.approx(same)
    assert found.slippage[1].return_pct == pytest.approx(same)
    doubled, usual = found.doubled.gates["sharpe"], found.fees[1].gates["sharpe"]
    assert present(doubled.value) < present(usual.value)


def test_one_bar_of_delay_costs_a_tenth_of_the_wave_twice():
    bars, levels = wave()
    found = stress(bars, levels, CostModel(), JUDGE)
    late = replay(bars, np.concatenate([[0.0], levels[:-1]]), Costs.of(CostModel()))
    assert found.delayed.return_pct == pytest.approx((late.equity[-1, 0] - 1) * 100)
    assert late.equity[-1, 0] < found.same.equity[-1, 0]
