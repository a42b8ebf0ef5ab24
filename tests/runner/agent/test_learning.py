"""What PPO makes of a market with a signal, and of the same returns without one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.market.synthetic import SignalModel
from core.playbook.settings import TrainingSettings
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes, slices
from runner.agent.evaluation import Evaluation, evaluate, greedy
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.session import Hooks, Session
from runner.agent.split import TrainingData, env_settings
from tests.expected import present
from tests.runner.agent.markets import candles

if TYPE_CHECKING:
    from pathlib import Path

    from core.market import Candles

SETTINGS = TrainingSettings(total_steps=60_000)
STRONG = SignalModel(drift=0.003, noise_vol=0.010, regime_hours=96)
BARS = 12_000


def shuffled(source: Candles, seed: int = 0) -> Candles:
    """The same bars in another order: every return is kept, every pattern is gone."""
    frame = source.frame.copy()
    numbers = ["open", "high", "low", "close"]
    before = frame["close"].shift(fill_value=frame["open"].iloc[0]).to_numpy()[:, None]
    order = np.random.default_rng(seed).permutation(len(frame))
    moves = (np.log(frame[numbers].to_numpy()) - np.log(before))[order]
    closes = np.log(frame["open"].iloc[0]) + np.cumsum(moves[:, 3])
    start = np.concatenate([[np.log(frame["open"].iloc[0])], closes[:-1]])
    frame[numbers] = np.exp(start[:, None] + moves)
    frame["volume"] = frame["volume"].to_numpy()[order]
    return replace(source, frame=frame)


def learned(train: Candles, unseen: Candles, folder: Path) -> Evaluation:
    data = TrainingData.prepare(train, SETTINGS)
    session = Session(data, SETTINGS, SETTINGS.total_steps, 8760)
    session.log_to(folder, {})
    session.learn(Hooks())
    market = Market.from_frame(unseen.frame)
    spans = slices(WARM_UP, len(market) - 1, 20)
    env = MarketEnv(
        market,
        data.normaliser.apply(raw_features(market)),
        ChronologicalEpisodes(spans),
        env_settings(SETTINGS, exit_at_end=True),
        len(spans),
    )
    return evaluate(greedy(session.model), env)


@pytest.mark.slow
def test_the_edge_that_is_learned_from_a_signal_vanishes_on_shuffled_returns(tmp_path: Path):
    train, unseen = candles(BARS, 21, STRONG), candles(BARS, 22, STRONG)
    signal = learned(train, unseen, tmp_path / "signal")
    noise = learned(shuffled(train), shuffled(unseen, 1), tmp_path / "noise")
    years = BARS / 8760
    assert present(signal.sharpe(8760)) > 4.0
    # Without an edge the Sharpe is what the market's own drift and luck make of it:
    # within three standard errors of 0, or below for the costs.
    assert (noise.sharpe(8760) or 0.0) < 3.0 / years**0.5
    assert noise.log_return < 0.2 * signal.log_return


@pytest.mark.slow
def test_a_policy_of_the_signal_earns_nothing_on_the_shuffled_market(tmp_path: Path):
    train, unseen = candles(BARS, 21, STRONG), candles(BARS, 22, STRONG)
    crossed = learned(train, shuffled(unseen, 2), tmp_path / "crossed")
    assert (crossed.sharpe(8760) or 0.0) < 3.0 / (BARS / 8760) ** 0.5
