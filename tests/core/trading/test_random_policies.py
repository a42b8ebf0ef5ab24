"""Policies without skill: matched on trades and holding, elsewhere in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.trading.costs import CostModel
from core.trading.random_policies import Style, percentile, run_random, sharpes
from core.trading.replay import Costs, Track, replay
from tests.expected import present


def held(*runs: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(bars, level) for level, bars in runs])


def test_the_style_is_read_from_the_levels_and_ends_where_the_side_changes():
    levels = held((0.0, 3), (0.15, 4), (0.0, 1), (0.15, 6), (-0.15, 2))
    style = present(Style.of(levels))
    assert style.holds.tolist() == [4, 6, 2]
    assert style.sides.tolist() == [1, 1, -1]
    assert style.size == 0.15
    assert Style.of(np.zeros(5)) is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), min_size=1, max_size=12),
    st.integers(0, 40),
    st.booleans(),
)
def test_each_policy_trades_as_often_and_holds_as_long_in_total(runs, after, both_sides):
    parts = []
    for i, (gap, hold) in enumerate(runs):
        side = -0.2 if both_sides and i % 2 else 0.2
        parts += [(0.0, gap), (side, hold)]
    levels = held(*parts, (0.0, after))
    style = present(Style.of(levels))
    drawn = style.draw(len(levels), 20)
    assert drawn.shape == (len(levels), 20)
    assert set(np.unique(drawn)) <= {-0.2, 0.0, 0.2}
    for column in drawn.T:
        again = present(Style.of(column))
        assert sorted(again.holds) == sorted(style.holds)
        assert np.abs(column).sum() == pytest.approx(np.abs(levels).sum())
        assert column.sum() == pytest.approx(levels.sum())


def test_the_same_seed_draws_the_same_and_the_moments_differ_between_policies():
    style = present(Style.of(held((0.0, 50), (0.15, 10), (0.0, 60), (0.15, 5))))
    assert (style.draw(125, 30) == style.draw(125, 30)).all()
    assert len({column.tobytes() for column in style.draw(125, 30).T}) == 30


def test_trips_that_do_not_fit_are_refused():
    style = present(Style.of(held((0.15, 10))))
    with pytest.raises(InputError, match="hold 10 bars, but the backtest has only 9"):
        style.draw(9, 1)


def test_an_agent_without_skill_lies_anywhere_among_them_and_a_seer_above_them():
    random = np.random.default_rng(5)
    found = []
    for _ in range(12):
        moves = random.normal(0, 0.01, 1000)
        close = np.cumprod(1 + moves)
        bars = pd.DataFrame({"open": np.concatenate([[1.0], close[:-1]]), "close": close})
        held_by_chance = np.cumsum(random.random(1000) < 0.05) % 2 * 0.15
        found.append(percentile_of(held_by_chance, bars))
    # Uniform: 28.9 / sqrt(12) = 8.3 is one standard error of the mean.
    assert np.mean(found) == pytest.approx(50.0, abs=25.0)
    assert percentile_of(np.where(moves > 0, 0.15, 0.0), bars) == 100.0


def percentile_of(levels: np.ndarray, bars: pd.DataFrame) -> float:
    track = Track.of(bars)
    own = sharpes(replay(track, levels, Costs.of(CostModel())).equity, 8760)[0]
    played = run_random(track, present(Style.of(levels)), CostModel(), 60)
    return percentile(own, sharpes(played.equity, 8760))


def test_a_percentile_counts_ties_half():
    assert percentile(2.0, np.array([1.0, 2.0, 3.0, 4.0])) == 37.5
    assert percentile(9.0, np.array([1.0])) == 100.0
