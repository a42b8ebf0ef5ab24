"""Small markets for the agent's tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from core.market.synthetic import SignalModel, make_market
from core.playbook.settings import TrainingSettings
from core.trading.costs import CostModel
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import RandomEpisodes
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.reward import RewardSettings

if TYPE_CHECKING:
    from core.market.candles import Candles

START = datetime(2021, 2, 23, tzinfo=UTC)
LONG_SHORT = (-0.5, 0.0, 0.5)


def candles(bars: int = 1200, seed: int = 3, model: SignalModel | None = None) -> Candles:
    return make_market(seed, bars, START, model).candles


def market(bars: int = 400, seed: int = 3) -> Market:
    return Market.from_frame(candles(bars, seed).frame)


def with_filled(source: Market, *bars: int) -> Market:
    filled = source.filled.copy()
    filled[list(bars)] = True
    return replace(source, filled=filled)


def no_features(source: Market) -> np.ndarray:
    return np.zeros((len(source), 1), dtype=np.float32)


def env_on(
    source: Market,
    num_envs: int = 8,
    seed: int = 5,
    bars: int = 40,
    levels: tuple[float, ...] = LONG_SHORT,
    costs: CostModel | None = None,
    reward: RewardSettings | None = None,
    features: np.ndarray | None = None,
) -> MarketEnv:
    """Random episodes over the whole market."""
    return MarketEnv(
        source,
        no_features(source) if features is None else features,
        RandomEpisodes(0, len(source) - 1, bars),
        EnvSettings(levels, costs or CostModel(), reward or RewardSettings()),
        num_envs,
        seed,
    )


def small_settings(**changed: object) -> TrainingSettings:
    """A training run that takes a second or two."""
    values = {
        "n_envs": 25,
        "n_steps": 40,
        "batch_size": 250,
        "total_steps": 4_000,
        "episode_bars": 60,
        "checkpoint_every_steps": 1_000,
        "evaluate_every_steps": 1_000,
    }
    return TrainingSettings(**values | changed)
