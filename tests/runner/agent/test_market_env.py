from __future__ import annotations

import itertools

import numpy as np
import pytest
from gymnasium.spaces import Discrete

from core.trading.costs import CostModel
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import RandomEpisodes
from runner.agent.features import FEATURE_NAMES, raw_features
from runner.agent.market import Market
from runner.agent.market_env import TRIM_BAND, MarketEnv
from runner.agent.reward import COMPONENTS, RewardSettings
from tests.runner.agent.markets import (
    LONG_SHORT,
    candles,
    env_on,
    market,
    no_features,
    with_filled,
)
from tests.runner.agent.reference_env import ReferenceAccount

FREE = CostModel(0.0, 0.0, 0.0)
# Both do the same few additions a step in another order: rounding, nothing else.
ROUNDING = 1e-12


def actions_for(env: MarketEnv, steps: int, seed: int = 1) -> np.ndarray:
    """Random actions that are kept for a few bars, shape (steps, n)."""
    rng = np.random.default_rng(seed)
    assert isinstance(env.action_space, Discrete)
    drawn = rng.integers(0, env.action_space.n, (steps, env.num_envs))
    keep = rng.random((steps, env.num_envs)) < 0.7
    for t in range(1, steps):
        drawn[t] = np.where(keep[t], drawn[t - 1], drawn[t])
    return drawn


def test_every_account_steps_as_one_plain_account_would():
    source = with_filled(market(400), 50, 51, 120, 200)
    env = env_on(source, num_envs=16, bars=60)
    env.reset()
    costs = env.settings.costs
    single = [ReferenceAccount(source, bar, LONG_SHORT, costs) for bar in env.bar]
    for actions in actions_for(env, 300):
        env.step(actions)
        for i, account in enumerate(single):
            equity, reward = account.step(int(actions[i]))
            assert env.outcome.equity[i] == pytest.approx(equity, rel=ROUNDING)
            unshaped = env.outcome.components["market"][i] + env.outcome.components["cost"][i]
            assert unshaped == pytest.approx(reward, abs=1e-11)
            assert env.outcome.bar[i] == account.bar
            if env.outcome.ended[i]:
                single[i] = ReferenceAccount(source, int(env.bar[i]), LONG_SHORT, costs)


@pytest.mark.parametrize("penalty", [0.0, 0.3])
def test_the_unshaped_rewards_of_an_episode_sum_to_its_log_equity_ratio(penalty):
    env = env_on(market(600), num_envs=16, bars=80, reward=RewardSettings(2.0, penalty))
    env.reset()
    sums, scaled, checked = np.zeros(16), np.zeros(16), 0
    for actions in actions_for(env, 400):
        _, rewards, dones, infos = env.step(actions)
        parts = env.outcome.components
        sums += parts["market"] + parts["cost"]
        scaled += rewards
        for i in np.flatnonzero(dones):
            ratio = infos[i]["equity"] / env.settings.start_capital
            assert np.exp(sums[i]) == pytest.approx(ratio, rel=1e-9)
            # float32 rewards on their way to PPO
            assert infos[i]["episode"]["r"] == pytest.approx(scaled[i], abs=1e-4)
            sums[i] = scaled[i] = 0.0
            checked += 1
        assert (parts["drawdown"] <= 0.0).all()
        assert (parts["drawdown"] == 0.0).all() or penalty > 0
    assert checked > 50


def test_fees_never_make_money():
    source = market(500)
    free, dear = (env_on(source, costs=costs) for costs in (FREE, CostModel(20.0, 10.0)))
    free.reset(seed=9), dear.reset(seed=9)
    for actions in actions_for(free, 300):
        free.step(actions), dear.step(actions)
        assert (dear.outcome.components["cost"] <= 0.0).all()
        assert np.abs(free.outcome.components["cost"]).max() < ROUNDING
        traded = dear.outcome.fills.quantity != 0
        assert (dear.outcome.components["cost"][traded] < 0.0).all()
        assert (dear.outcome.equity <= free.outcome.equity * (1 + ROUNDING)).all()


def test_trading_back_and_forth_at_one_price_only_pays():
    source = market(200)
    for name in ("open", "high", "low", "close"):
        getattr(source, name)[:] = 0.5
    env = env_on(source, num_envs=1, bars=100)
    env.reset()
    equities = []
    for step in range(20):
        env.step(np.array([2 if step % 2 == 0 else 0]))
        equities.append(float(env.outcome.equity[0]))
    assert all(b < a for a, b in itertools.pairwise(equities))


def test_the_same_seed_repeats_and_another_does_not():
    env = env_on(market(400), num_envs=8)
    chosen = actions_for(env, 120)

    def run(seed: int) -> list[np.ndarray]:
        seen = [env.reset(seed=seed)]
        for actions in chosen:
            observation, rewards, dones, _ = env.step(actions)
            seen += [observation, rewards, dones]
        return seen

    first, again, other = run(1), run(1), run(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_sb3s_way_of_seeding_repeats_too():
    env = env_on(market(400))
    env.seed(4)
    first = env.reset()
    env.seed(4)
    assert np.array_equal(first, env.reset())


def global_state() -> np.ndarray:
    return np.array(np.random.get_state(legacy=False)["state"]["key"])


def test_the_environment_leaves_numpys_global_generator_alone():
    np.random.seed(0)
    before = global_state()
    env = env_on(market(300))
    env.reset()
    for actions in actions_for(env, 60):
        env.step(actions)
    assert np.array_equal(before, global_state())


def test_nobody_trades_in_a_filled_bar():
    source = with_filled(market(300), *range(100, 140))
    env = env_on(source, num_envs=32, bars=60)
    env.reset()
    seen = 0
    for actions in actions_for(env, 300):
        env.step(actions)
        inside = source.filled[env.outcome.bar]
        assert (env.outcome.fills.quantity[inside] == 0.0).all()
        seen += int(inside.sum())
    assert seen > 100


def test_orders_are_filled_at_the_next_open_not_at_the_seen_close():
    source = market(300)
    source.open[:] = source.close * 1.5  # so that the two can't be confused
    env = env_on(source, num_envs=1, levels=(0.0, 0.1), costs=FREE)
    env.reset(seed=2)
    bar = int(env.bar[0])
    env.step(np.array([1]))
    assert env.outcome.fills.price[0] == source.open[bar + 1]
    # Bought at 1.5 times the close at which it is marked: a third of 10 % is gone.
    assert env.outcome.equity[0] == pytest.approx(10_000 * (1 - 0.1 / 3))


def test_a_level_is_a_cap_within_the_trim_band():
    source = market(400)
    rising = np.exp(np.linspace(0.0, 3.0, 400))
    for name in ("open", "high", "low", "close"):
        getattr(source, name)[:] = rising
    env = env_on(source, num_envs=1, bars=300, levels=(0.0, 0.15))
    env.reset(seed=1)
    exposures = []
    for _ in range(250):
        env.step(np.array([1]))
        if env.outcome.ended[0]:
            break
        exposures.append(float(env.outcome.exposure[0]))
    move = rising[1] / rising[0]
    assert max(exposures) <= 0.15 * (1 + TRIM_BAND) * move
    assert len(exposures) > 100


def test_first_episodes_end_early_and_staggered_and_none_is_longer_than_allowed():
    env = env_on(market(1000), num_envs=64, bars=168)
    env.reset()
    lengths, ends = [], []
    for step in range(400):
        _, _, dones, infos = env.step(np.full(64, 1))
        ends += [step] * int(dones.sum())
        lengths += [infos[i]["episode"]["l"] for i in np.flatnonzero(dones)]
    assert min(ends) < 32  # within the first rollout
    assert max(np.bincount(ends)) <= 4  # of 64 accounts, never many at once
    assert max(lengths) == 168
    assert min(lengths) < 10


def test_an_ended_episode_tells_sb3_what_it_needs():
    env = env_on(market(400), num_envs=4, bars=30)
    env.reset()
    seen = 0
    while seen < 10:
        observation, _, dones, infos = env.step(np.full(4, 2))
        for i, done in enumerate(dones):
            assert ("episode" in infos[i]) == done
            if not done:
                continue
            seen += 1
            assert infos[i]["TimeLimit.truncated"] is True
            assert infos[i]["terminal_observation"].shape == observation[i].shape
            assert infos[i]["terminal_observation"][1] == 1.0  # still long
            assert observation[i][1] == 0.0  # the next episode begins flat


def test_a_ruined_account_is_terminated_not_truncated():
    source = market(200)
    crash = source.close.copy()
    crash[100:] /= 50.0
    for name in ("open", "high", "low", "close"):
        getattr(source, name)[:] = crash
    env = env_on(source, num_envs=64, bars=60, levels=(0.0, 1.0), costs=FREE)
    env.reset()
    ruined = 0
    for _ in range(150):
        _, rewards, dones, infos = env.step(np.full(64, 1))
        assert np.isfinite(rewards).all()
        for i in np.flatnonzero(dones):
            if infos[i]["equity"] < 0.05 * 10_000:
                assert infos[i]["TimeLimit.truncated"] is False
                ruined += 1
    assert ruined > 0


def test_the_position_features_tell_the_position_gain_and_time():
    source = market(300)
    env = env_on(source, num_envs=1, bars=100, levels=(0.0, 0.15), costs=FREE)
    flat = env.reset(seed=3)
    assert flat[0, 1:].tolist() == [0.0, 0.0, 0.0]
    bar = int(env.bar[0])
    for held in range(1, 6):
        seen, _, _, _ = env.step(np.array([1]))
        assert seen[0, 1] == 1.0
        assert seen[0, 3] == pytest.approx(held / (held + 168))
        gain = source.close[bar + held] / source.open[bar + 1] - 1
        # As a share of today's equity, which moved with the gain itself.
        assert seen[0, 2] == pytest.approx(gain / 0.1, abs=0.02)
    seen, _, _, _ = env.step(np.array([0]))
    assert seen[0, 1:].tolist() == [0.0, 0.0, 0.0]


def test_component_means_sum_to_the_mean_reward():
    env = env_on(market(400), reward=RewardSettings(10.0, 0.2))
    env.reset()
    total, steps = 0.0, 0
    for actions in actions_for(env, 100):
        _, rewards, _, _ = env.step(actions)
        total, steps = total + float(rewards.sum()), steps + len(rewards)
    means = env.take_sums()
    assert tuple(means) == COMPONENTS
    assert sum(means.values()) == pytest.approx(total / steps, abs=1e-5)
    assert set(env.take_sums().values()) == {0.0}


def observations(source: Market, until: int, seed: int = 1) -> np.ndarray:
    """What the policy sees on every bar up to ``until``, position features included."""
    env = env_on(source, num_envs=1, bars=until, features=raw_features(source).astype(np.float32))
    env.episodes.__dict__["last_bar"] = until  # the same episode on a longer market
    seen = [env.reset(seed=seed)[0]]
    for actions in actions_for(env, until - 1, seed):
        seen.append(env.step(actions)[0][0])
    return np.array(seen)


def test_what_is_seen_up_to_a_bar_does_not_change_when_the_future_is_deleted_or_shuffled():
    whole = candles(900, seed=6).frame
    cut = 600
    shuffled = whole.copy()
    order = np.random.default_rng(0).permutation(len(whole) - cut - 1) + cut + 1
    shuffled.iloc[cut + 1 :] = whole.iloc[order].to_numpy()
    full = observations(Market.from_frame(whole), cut)
    assert full.shape == (cut, len(FEATURE_NAMES) + 3)
    assert np.array_equal(full, observations(Market.from_frame(whole.iloc[: cut + 1]), cut))
    assert np.array_equal(full, observations(Market.from_frame(shuffled), cut))


def test_a_market_and_features_of_unequal_length_are_refused():
    source = market(300)
    episodes = RandomEpisodes(0, 299, 60)
    with pytest.raises(ValueError, match="299 rows of features for 300 bars"):
        MarketEnv(source, no_features(source)[1:], episodes, EnvSettings(), 1)


@pytest.mark.parametrize("levels", [(0.1, 0.2), (0.0,), (0.0, 0.1, 0.3), (0.0, 1.5)])
def test_levels_that_the_accounts_cannot_trade_are_refused(levels):
    with pytest.raises(ValueError, match="Levels"):
        EnvSettings(levels)
