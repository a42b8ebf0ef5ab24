"""How much of the optimum PPO learns: net log return on unseen bars, as a share."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.market.synthetic import SignalModel, make_market
from core.model_selection import rank
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes, slices
from runner.agent.evaluation import Evaluation, Policy, evaluate, greedy
from runner.agent.features import raw_features
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.session import Hooks, Session, settings_with
from runner.agent.split import TrainingData, env_settings
from tests.benchmarks.optimal_policy import solve

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from core.playbook.settings import TrainingSettings

START = datetime(2021, 2, 23, tzinfo=UTC)
TRAINING_BARS = 35_064  # four years, as the sample has
TEST_BARS = 120_000
TEST_EPISODES = 135  # of about 880 bars, as in a revalidation of one year in ten episodes
BARS_PER_YEAR = 8760


@dataclass(frozen=True)
class Learned:
    """One training against the optimum on the same unseen bars."""

    seed: int
    steps: int
    seconds: float
    best: Evaluation  # the model that validation chose: what is revalidated
    last: Evaluation  # the model after the last step
    optimum: Evaluation

    @property
    def steps_per_second(self) -> float:
        return self.steps / self.seconds

    @property
    def share(self) -> float:
        """Of the chosen model's net log return in the optimum's."""
        return self.best.log_return / self.optimum.log_return


def learn(
    seed: int, bars: int, folder: Path, model: SignalModel, settings: TrainingSettings
) -> Learned:
    """Train on one market with the job's callbacks and logging; test on another one.

    :param bars: of the training market, validation slice included.
    """
    settings = settings_with(settings, seed=seed)
    training = make_market(seed, bars, START, model)
    data = TrainingData.prepare(training.candles, settings)
    session = Session(data, settings, settings.total_steps, BARS_PER_YEAR)
    session.log_to(folder, {"seed": seed})
    chosen: dict = {"rank": rank(0.0, None), "parameters": None}

    def keep(result: Evaluation, sharpe: float | None) -> None:
        if (own := rank(result.return_pct, sharpe)) > chosen["rank"]:
            weights = {k: v.clone() for k, v in session.model.policy.state_dict().items()}
            chosen.update(rank=own, parameters=weights)

    begun = time.monotonic()
    session.learn(Hooks(on_evaluation=keep))
    seconds = time.monotonic() - begun

    unseen = Market.from_frame(make_market(seed + 1_000, TEST_BARS, START, model).candles.frame)
    features = data.normaliser.apply(raw_features(unseen))
    last = _run(greedy(session.model), unseen, features, settings)
    optimum = _run(
        solve(model, env_settings(settings, exit_at_end=True)).on(unseen),
        unseen,
        features,
        settings,
    )
    if chosen["parameters"] is not None:
        session.model.policy.load_state_dict(chosen["parameters"])
    best = _run(greedy(session.model), unseen, features, settings)
    return Learned(seed, session.steps, seconds, best, last, optimum)


def _run(
    policy: Policy, market: Market, features: np.ndarray, settings: TrainingSettings
) -> Evaluation:
    spans = slices(WARM_UP, len(market) - 1, TEST_EPISODES)
    env = MarketEnv(
        market,
        features,
        ChronologicalEpisodes(spans),
        env_settings(settings, exit_at_end=True),
        len(spans),
    )
    return evaluate(policy, env)
