from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.errors import MarketDataError
from core.trading.training_bars import purge_gap
from core.trading.warm_up import WARM_UP
from runner.agent.episodes import ChronologicalEpisodes, RandomEpisodes
from runner.agent.split import TrainingData
from tests.runner.agent.markets import candles, small_settings

if TYPE_CHECKING:
    import pandas as pd

SETTINGS = small_settings()


def changed_after(frame: pd.DataFrame, bar: int) -> pd.DataFrame:
    other = frame.copy()
    other.iloc[bar:, :4] = (
        other.iloc[bar:, :4].to_numpy() * np.linspace(1, 3, len(frame) - bar)[:, None]
    )
    return other


def test_between_training_and_validation_lies_the_purge_gap():
    data = TrainingData.prepare(candles(2000), SETTINGS)
    assert data.train[0] == WARM_UP
    assert data.validation == (1700, 1999)
    assert data.validation[0] - data.train[1] == purge_gap(SETTINGS) + 1


def test_statistics_are_fitted_on_training_bars_alone():
    whole = candles(2000)
    data = TrainingData.prepare(whole, SETTINGS)
    later = replace(whole, frame=changed_after(whole.frame, data.train[1] + 1))
    again = TrainingData.prepare(later, SETTINGS)
    assert np.array_equal(data.normaliser.mean, again.normaliser.mean)
    assert np.array_equal(data.normaliser.std, again.normaliser.std)
    earlier = replace(whole, frame=changed_after(whole.frame, data.train[1] - 50))
    assert not np.array_equal(
        data.normaliser.mean, TrainingData.prepare(earlier, SETTINGS).normaliser.mean
    )


def test_no_training_episode_leaves_the_training_bars():
    data = TrainingData.prepare(candles(2000), SETTINGS)
    episodes = RandomEpisodes(*data.train, SETTINGS.episode_bars)
    rng = np.random.default_rng(0)
    starts, stops = episodes.following(rng, 100_000)
    assert starts.min() == data.train[0]
    assert stops.max() == data.train[1]
    assert (stops - starts == SETTINGS.episode_bars).all()
    _, first_stops = episodes.first(rng, 1_000)
    assert first_stops.max() <= data.train[1]


def test_the_validation_covers_its_slice_once_in_order():
    env = TrainingData.prepare(candles(2000), SETTINGS).validation_env(SETTINGS)
    assert isinstance(env.episodes, ChronologicalEpisodes)
    spans = env.episodes.spans
    assert spans[0, 0] == 1700
    assert spans[-1, 1] == 1999
    assert (spans[1:, 0] == spans[:-1, 1]).all()
    assert env.settings.exit_at_end


@pytest.mark.parametrize("bars", [300, 500, 800])
def test_too_few_bars_are_refused_with_the_number_that_is_enough(bars):
    with pytest.raises(MarketDataError, match="Not enough data") as refused:
        TrainingData.prepare(candles(bars), SETTINGS)
    enough = int(refused.value.remedy.split("at least ")[1].split()[0])
    TrainingData.prepare(candles(enough), SETTINGS)
