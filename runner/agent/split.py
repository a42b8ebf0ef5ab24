"""Training data in two parts: bars to train on, and a later slice to validate on.

Between them is a purge gap of one warm-up, so that no feature of the validation slice
depends on a training bar. Neither part is the backtest data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import MarketDataError
from core.language import Message
from core.trading.costs import CostModel
from core.trading.training_bars import fewest_bars, purge_gap, training_bars
from runner.agent.env_settings import EnvSettings
from runner.agent.episodes import ChronologicalEpisodes, RandomEpisodes, slices
from runner.agent.exploring_starts import ExploringStarts
from runner.agent.features import FEATURE_NAMES, POSITION_NAMES, raw_features
from runner.agent.market import Market
from runner.agent.market_env import MarketEnv
from runner.agent.normaliser import Normaliser
from runner.agent.reward import RewardSettings

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np

    from core.market import Candles
    from core.playbook.settings import TrainingSettings

# The verdict is of one continuous record, so validation has few and long slices: in the default run
# four training episodes each, with 8 forced exits instead of 32. They are stepped together; one
# record (1.4 s a validation instead of 0.2 s) would take more than a third of the training time.
VALIDATION_SLICES = 8


def env_settings(
    settings: TrainingSettings,
    *,
    exit_at_end: bool,
    position: tuple[str, ...] = POSITION_NAMES,
) -> EnvSettings:
    """The environment settings of the playbook's training section.

    :param position: of the model's normaliser: how the numbers of its position are computed.
    """
    return EnvSettings(
        levels=(0.0, settings.max_exposure),
        costs=CostModel(settings.fee_bps, settings.slippage_bps),
        reward=RewardSettings(100.0 / settings.max_exposure, settings.drawdown_penalty),
        exit_at_end=exit_at_end,
        position=position,
    )


@dataclass(frozen=True)
class TrainingData:
    """One market with its features and its two parts.

    ``train`` and ``validation`` are (first bar, last bar), both inclusive.
    """

    market: Market
    features: np.ndarray  # normalised, float32, (T, K)
    normaliser: Normaliser
    train: tuple[int, int]
    validation: tuple[int, int]
    candles: Candles

    @classmethod
    def prepare(
        cls, candles: Candles, settings: TrainingSettings, normaliser: Normaliser | None = None
    ) -> TrainingData:
        """Split, and fit the feature statistics on the training bars only.

        :param normaliser: of a resumed run, used unchanged.
        :raises MarketDataError: not enough bars for an episode or for the validation slice.
        """
        market = Market.from_frame(candles.frame)
        bars, gap = len(market), purge_gap(settings)
        train = training_bars(bars, settings)
        first_validation = train[1] + gap + 1
        validation = (first_validation, bars - 1)
        if (
            train[1] - train[0] < settings.episode_bars
            or validation[1] - validation[0] < settings.episode_bars
        ):
            raise MarketDataError(
                Message("Not enough data: {bars} bars to train and to validate.", bars=bars),
                Message(
                    "Give at least {bars} hourly bars of training data.",
                    bars=fewest_bars(settings),
                ),
            )
        raw = raw_features(market)
        if normaliser is None:
            normaliser = Normaliser.fit(FEATURE_NAMES, raw[train[0] : train[1] + 1])
        return cls(market, normaliser.apply(raw), normaliser, train, validation, candles)

    def training_env(self, settings: TrainingSettings, seed: int) -> MarketEnv:
        """Random episodes over the training bars, part of them inside an old position.

        A run begun by an earlier version goes on as it began: each episode begins flat.
        """
        position = self.normaliser.position
        return MarketEnv(
            self.market,
            self.features,
            RandomEpisodes(*self.train, settings.episode_bars),
            env_settings(settings, exit_at_end=False, position=position),
            settings.n_envs,
            seed,
            ExploringStarts(self.train[0]) if position == POSITION_NAMES else None,
        )

    def validation_env(self, settings: TrainingSettings) -> MarketEnv:
        """The whole validation slice as adjacent long episodes, one account each."""
        first, last = self.validation
        episodes = max(1, min(VALIDATION_SLICES, (last - first) // settings.episode_bars))
        return MarketEnv(
            self.market,
            self.features,
            ChronologicalEpisodes(slices(first, last, episodes)),
            env_settings(settings, exit_at_end=True, position=self.normaliser.position),
            episodes,
        )

    def moment(self, bar: int) -> datetime:
        """Open time of a bar, UTC."""
        return self.candles.frame.index[bar].to_pydatetime()
