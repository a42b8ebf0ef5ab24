from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.errors import IntegrityError
from core.market.hidden_state import filtered_state
from core.market.synthetic import SignalModel
from runner.agent.features import (
    FEATURE_NAMES,
    REGIME_STRENGTH,
    ema,
    log_returns,
    raw_features,
    regime_log_odds,
)
from runner.agent.market import Market
from runner.agent.normaliser import Normaliser
from tests.runner.agent.markets import candles

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

BARS, CUT = 800, 500


def leaks(
    features: Callable[[Market], np.ndarray], frame: pd.DataFrame, cut: int = CUT
) -> list[str]:
    """In how many ways rows up to ``cut`` change with what comes after them."""
    whole = features(Market.from_frame(frame))[: cut + 1]
    order = np.random.default_rng(1).permutation(np.arange(cut + 1, len(frame)))
    futures = {"deleted": frame.iloc[: cut + 1], "shuffled": frame.copy(), "zeroed": frame.copy()}
    futures["shuffled"].iloc[cut + 1 :] = frame.iloc[order].to_numpy()
    futures["zeroed"].iloc[cut + 1 :, :4] = 1e-4
    return [
        name
        for name, future in futures.items()
        if not np.array_equal(whole, features(Market.from_frame(future))[: cut + 1])
    ]


def test_features_up_to_a_bar_are_bit_identical_whatever_comes():
    assert leaks(raw_features, candles(BARS).frame) == []


def test_the_check_finds_a_planted_look_ahead():
    def peeking(market: Market) -> np.ndarray:
        tomorrow = np.append(log_returns(market.close)[1:], 0.0)
        return np.column_stack([raw_features(market), tomorrow])

    assert leaks(peeking, candles(BARS).frame) == ["deleted", "shuffled", "zeroed"]


def test_there_is_a_finite_column_for_each_name():
    features = raw_features(Market.from_frame(candles(BARS).frame))
    assert features.shape == (BARS, len(FEATURE_NAMES))
    assert np.isfinite(features).all()


def test_a_market_that_stands_still_has_finite_features():
    frame = candles(BARS).frame
    frame[["open", "high", "low", "close"]] = 0.5
    frame["volume"] = 0.0
    assert np.isfinite(raw_features(Market.from_frame(frame))).all()


def test_the_average_follows_its_recursion_from_the_first_value():
    values = np.random.default_rng(2).normal(size=300)
    expected = [values[0]]
    for value in values[1:]:
        expected.append(expected[-1] + 2 / 13 * (value - expected[-1]))
    assert ema(values, 12) == pytest.approx(expected, abs=1e-14)
    values[5] = np.nan
    assert np.isnan(ema(values, 12)).tolist() == [False] * 5 + [True] * (len(values) - 5)


def test_the_trend_filter_is_the_planted_markets_own_filter():
    bars = 96
    strength = REGIME_STRENGTH / math.sqrt(bars)
    model = SignalModel(drift=strength, noise_vol=1.0, regime_hours=bars)
    standardised = np.random.default_rng(3).normal(size=400)
    up = filtered_state(standardised, model)[:, 1]
    # The feature's first bar comes from even odds moved on once, which stay even.
    assert regime_log_odds(standardised, bars) == pytest.approx(np.log(up / (1 - up)), abs=1e-9)


def test_one_wild_candle_cannot_settle_the_trend_forever():
    calm = np.zeros(200)
    calm[100] = 1_000.0
    odds = regime_log_odds(calm, 48)
    assert odds[100] < 6.0
    assert abs(odds[199]) < 0.5


def test_normalised_features_have_the_fitted_moments_and_are_clipped():
    raw = np.random.default_rng(4).normal(3.0, 7.0, (1000, 2))
    fitted = Normaliser.fit(("a", "b"), raw)
    scaled = fitted.apply(raw)
    assert scaled.dtype == np.float32
    assert scaled.mean(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert scaled.std(axis=0) == pytest.approx([1, 1], abs=0.01)
    assert fitted.apply(np.array([[1e6, -1e6]])).tolist() == [[5.0, -5.0]]


def test_a_constant_feature_is_not_divided_by_zero():
    fitted = Normaliser.fit(("a",), np.full((10, 1), 2.0))
    assert fitted.apply(np.full((3, 1), 2.0)).tolist() == [[0.0]] * 3


def test_a_normaliser_reads_back_to_the_same_bits():
    fitted = Normaliser.fit(("a", "b"), np.random.default_rng(5).normal(size=(100, 2)))
    again = Normaliser.from_dict(fitted.as_dict())
    assert np.array_equal(again.mean, fitted.mean)
    assert np.array_equal(again.std, fitted.std)


@pytest.mark.parametrize(
    "damage",
    [{"mean": [0.0]}, {"std": [0.0, 1.0]}, {"mean": [float("nan"), 0.0]}, {"names": None}],
)
def test_a_damaged_normaliser_is_refused(damage):
    whole = Normaliser.fit(("a", "b"), np.random.default_rng(5).normal(size=(100, 2))).as_dict()
    with pytest.raises(IntegrityError, match="normaliser"):
        Normaliser.from_dict({**whole, **damage})
