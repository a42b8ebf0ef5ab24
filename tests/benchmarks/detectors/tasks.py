"""What an agent of the recordings learns: the environments, and how long a run of each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import gymnasium
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnv

from core.market.synthetic import make_market
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import RandomEpisodes
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from tests.benchmarks.detectors.toy_market import ToyMarket

if TYPE_CHECKING:
    from tests.benchmarks.detectors.training import Plan

_BARS, _FIRST_BAR, _EPISODE = 3000, 400, 60  # of the trading environment


@dataclass(frozen=True)
class Task:
    """One environment. ``iterations``: None for those whose length is drawn."""

    gym: str | None
    num_envs: int
    n_steps: int
    iterations: int | None = None
    settings: tuple[tuple[str, Any], ...] = ()


TASKS = {
    "cartpole": Task("CartPole-v1", 16, 16),  # episodes are cut at 30 steps
    "market": Task(None, 64, 8),
    "continuous": Task(None, 64, 8),
    "cartpole_500": Task("CartPole-v1", 8, 64, 80),
    "pendulum": Task("Pendulum-v1", 8, 96, 60, (("gamma", 0.9),)),
    "frozen_lake": Task("FrozenLake-v1", 16, 32, 80),
    "acrobot": Task("Acrobot-v1", 16, 32, 80),
    "trading": Task(None, 32, 32, 50),
}


def make_env(plan: Plan) -> VecEnv:
    """The environment of a plan, seeded with it."""
    task = TASKS[plan.env]
    if plan.env == "trading":
        candles = make_market(plan.seed, _BARS, datetime(2021, 2, 23, tzinfo=UTC)).candles
        market = Market.from_frame(candles.frame)
        features = raw_features(market)
        known = slice(_FIRST_BAR, None)
        features = (features - features[known].mean(axis=0)) / features[known].std(axis=0)
        features[:_FIRST_BAR] = 0.0
        episodes = RandomEpisodes(_FIRST_BAR, len(market) - 1, _EPISODE)
        return MarketEnv(
            market, features.astype("float32"), episodes, EnvSettings(), plan.num_envs, plan.seed
        )
    if task.gym is None:
        return ToyMarket(
            plan.num_envs, plan.episode, plan.seed, plan.env == "continuous", plan.noise
        )
    name, limit = task.gym, plan.episode if plan.env == "cartpole" else None
    env = DummyVecEnv([lambda: gymnasium.make(name, max_episode_steps=limit)] * plan.num_envs)
    env.seed(plan.seed)
    return env
