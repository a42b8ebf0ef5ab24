"""Training episodes that begin inside a position."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.trading.costs import CostModel
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import ChronologicalEpisodes, RandomEpisodes
from runner.agent.exploring_starts import ExploringStarts, held_since
from runner.agent.features import CLIPPED_POSITION_NAMES, POSITION_NAMES
from runner.agent.market_env import MarketEnv
from runner.agent.normaliser import Normaliser
from runner.agent.reward import RewardSettings
from runner.agent.split import TrainingData
from tests.runner.agent.markets import (
    LONG_SHORT,
    candles,
    market,
    no_features,
    small_settings,
    with_filled,
)

if TYPE_CHECKING:
    from runner.agent.market import Market

CAPITAL, COSTS = 10_000.0, CostModel()
ALL = ExploringStarts(first_bar=0, share=1.0, longest=300)


def rising(bars: int = 300, seed: int = 1) -> Market:
    """A market that grows several times, so that a held position is trimmed again and again."""
    source = market(bars, seed)
    lift = np.exp(np.linspace(0.0, 2.0, bars) + 0.3 * np.sin(np.arange(bars) / 15))
    prices = {name: getattr(source, name) * lift for name in ("open", "high", "low", "close")}
    return replace(source, **prices)


def exploring_env(source: Market, levels: tuple[float, ...] = LONG_SHORT) -> MarketEnv:
    episodes = RandomEpisodes(0, len(source) - 1, 40)
    settings = EnvSettings(levels, COSTS, RewardSettings(1.0))
    return MarketEnv(source, no_features(source), episodes, settings, 64, 5, ALL)


@pytest.mark.parametrize("level", [-0.5, 0.15, 1.0])
@pytest.mark.parametrize("source", [market(300), rising()], ids=["calm", "rising"])
def test_the_account_is_the_one_that_bought_then_and_has_held_since(source, level):
    source = with_filled(source, 61, 62, 130, 131, 132)
    entry, start = 60, 290
    held = held_since(source, entry, start, level, COSTS, CAPITAL)
    settings = EnvSettings((0.0, level), COSTS)
    span = ChronologicalEpisodes([(entry - 1, len(source) - 1)])
    env = MarketEnv(source, no_features(source), span, settings, 1)
    env.reset()
    trims = 0
    for _ in range(start - entry + 1):
        env.step(np.array([1]))
        trims += int(env.outcome.fills.quantity[0] != 0.0)
    assert env.bar[0] == start
    price = source.close[start : start + 1]
    equity = float(env.account.equity(price)[0])
    if equity <= 500.0:
        assert held is None
        return
    assert held is not None
    assert held.entry_price == pytest.approx(float(env.account.entry_price[0]), rel=1e-15)
    # The same fills; only the scale differs, and rounding with it.
    assert held.units == pytest.approx(float(env.account.units[0]) * CAPITAL / equity, rel=1e-12)
    assert held.cash + held.units * price[0] == pytest.approx(CAPITAL, rel=1e-12)
    if source.close[start] > 4 * source.close[entry] and level != 1.0:
        assert trims > 5


def test_nothing_after_the_start_is_read():
    source = rising()
    changed = replace(source, open=source.open.copy(), close=source.close.copy())
    changed.open[201:] *= 7.0
    changed.close[201:] *= 7.0
    assert held_since(source, 20, 200, 0.15, COSTS, CAPITAL) == held_since(
        changed, 20, 200, 0.15, COSTS, CAPITAL
    )


def test_an_entry_in_a_filled_bar_and_a_ruined_account_are_no_position():
    source = with_filled(market(300), 50)
    assert held_since(source, 50, 200, 0.15, COSTS, CAPITAL) is None
    crash = replace(source, close=source.close.copy())
    crash.close[100] *= 0.01
    assert held_since(crash, 60, 200, 1.0, COSTS, CAPITAL) is None
    assert held_since(crash, 101, 200, 1.0, COSTS, CAPITAL) is not None


def test_a_position_opened_on_the_start_bar_has_age_one():
    source = market(300)
    held = held_since(source, 200, 200, 0.15, COSTS, CAPITAL)
    assert held is not None
    assert held.entry_price == pytest.approx(source.open[200] * 1.0005, rel=1e-12)


def test_ages_are_log_uniform_and_never_older_than_candles_or_horizon():
    exploring = ExploringStarts(first_bar=336, share=0.5, longest=1_000)
    starts = np.full(40_000, 20_000)
    entries = exploring.draw(np.random.default_rng(1), starts)
    ages = starts[entries >= 0] - entries[entries >= 0] + 1
    assert len(ages) / len(starts) == pytest.approx(0.5, abs=0.01)
    assert ages.min() == 1
    assert 990 <= ages.max() <= 1_000
    # Each scale equally often: half of the ages is below the square root of the longest.
    assert np.mean(ages < 32) == pytest.approx(0.5, abs=0.02)
    early = exploring.draw(np.random.default_rng(1), np.arange(300, 400).repeat(100))
    assert early[early >= 0].min() == 336
    assert (exploring.draw(np.random.default_rng(1), np.arange(300, 336)) == -1).all()


def test_the_first_reward_leaves_out_what_happened_before_the_episode():
    source = rising()
    env = exploring_env(source)
    env.reset()
    held, before = env.held, env.bar
    assert (held != env.settings.flat).mean() > 0.9
    units = env.account.units.copy()
    cash = env.account.cash.copy()
    _, rewards, _, _ = env.step(held)
    untouched = env.outcome.fills.quantity == 0.0
    assert untouched.sum() > 30
    now = cash + units * source.close[before + 1]
    own = np.log(now / CAPITAL)
    assert rewards[untouched] == pytest.approx(own[untouched], abs=1e-7)
    assert np.abs(own).max() < 0.2  # one bar's move, not the years before
    assert env.outcome.components["cost"][untouched] == pytest.approx(0.0, abs=1e-15)


def test_rewards_of_such_episodes_sum_to_their_log_equity_ratio():
    env = exploring_env(rising())
    env.reset()
    sums, checked = np.zeros(64), 0
    rng = np.random.default_rng(2)
    for _ in range(120):
        _, _, dones, infos = env.step(rng.integers(0, 3, 64))
        sums += env.outcome.components["market"] + env.outcome.components["cost"]
        for i in np.flatnonzero(dones):
            assert np.exp(sums[i]) == pytest.approx(infos[i]["equity"] / CAPITAL, rel=1e-9)
            sums[i] = 0.0
            checked += 1
    assert checked > 100


def test_the_observation_shows_the_position_its_gain_and_its_age():
    source = rising()
    env = exploring_env(source, levels=(0.0, 0.15))
    seen = env.reset()
    long = seen[:, 1] == 1.0
    assert long.mean() > 0.9
    assert (seen[~long, 1:] == 0.0).all()
    ages = seen[long, 3] * 168 / (1 - seen[long, 3])
    assert ages.max() > 100
    assert ages == pytest.approx(np.round(ages), abs=1e-2)
    entry = env.bar[long] - np.round(ages).astype(int) + 1
    bought = source.open[entry] * 1.0005
    price = source.close[env.bar[long]]
    gain = env.account.units[long] * (price - bought) / CAPITAL / 0.15
    assert seen[long, 2] == pytest.approx(np.clip(gain / 0.1, -3, 3), rel=1e-4, abs=1e-5)


def test_a_share_of_the_training_episodes_begins_inside_a_position_validation_never():
    settings = small_settings(n_envs=200)
    data = TrainingData.prepare(candles(3000), settings)
    env = data.training_env(settings, 1)
    env.reset()
    assert 0.1 < (env.held != env.settings.flat).mean() < 0.4
    validation = data.validation_env(settings)
    validation.reset()
    assert (validation.held == validation.settings.flat).all()


def test_the_same_seed_draws_the_same_positions():
    one, other = exploring_env(market(300)), exploring_env(market(300))
    assert np.array_equal(one.reset(seed=4), other.reset(seed=4))
    assert np.array_equal(one.account.units, other.account.units)


def test_a_run_of_an_earlier_version_goes_on_with_its_own_observations():
    settings = small_settings(n_envs=50)
    fitted = TrainingData.prepare(candles(3000), settings).normaliser
    stored = {key: value for key, value in fitted.as_dict().items() if key != "position"}
    data = TrainingData.prepare(candles(3000), settings, Normaliser.from_dict(stored))
    env = data.training_env(settings, 1)
    env.reset()
    assert (env.held == env.settings.flat).all()
    assert env.settings.position == CLIPPED_POSITION_NAMES
    for held in range(1, 11):
        seen, _, _, _ = env.step(np.ones(50, dtype=int))
        expected = np.where(env.held == 1, np.float32(held / 168), 0.0)
        kept = env.bar - env._start == held
        assert seen[kept, -1] == pytest.approx(expected[kept])


@pytest.mark.parametrize(
    ("position", "ages"),
    [
        (POSITION_NAMES, {1: 1 / 169, 168: 0.5, 504: 0.75, 1_500: 1_500 / 1_668}),
        (CLIPPED_POSITION_NAMES, {1: 1 / 168, 168: 1.0, 504: 3.0, 1_500: 3.0}),
    ],
)
def test_the_age_of_a_position_saturates_smoothly_and_of_earlier_models_is_clipped(position, ages):
    source = market(1_600)
    settings = EnvSettings((0.0, 0.15), position=position)
    span = ChronologicalEpisodes([(0, 1_599)])
    env = MarketEnv(source, no_features(source), span, settings, 1)
    env.reset()
    for bar in range(1, 1_501):
        seen, _, _, _ = env.step(np.array([1]))
        if bar in ages:
            assert seen[0, 3] == pytest.approx(ages[bar], rel=1e-6)
