"""The made-up market: repeatable, labelled, plausible, with what was planted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from core.errors import InputError
from core.market import load_candles
from core.market.hidden_state import expected_drift, filtered_state
from core.market.quality import quality
from core.market.synthetic import (
    SignalModel,
    SyntheticMarket,
    make_market,
    make_null_market,
    write_market,
)

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2023, 6, 1, tzinfo=UTC)
YEARS = 21_900  # two and a half, in hours


def log_returns(market: SyntheticMarket) -> np.ndarray:
    return np.log(market.candles.frame["close"]).diff().to_numpy()[1:]


def test_the_same_seed_gives_the_same_market_and_another_one_does_not():
    one, again, other = (make_market(seed, 500, START) for seed in (4, 4, 5))
    pd.testing.assert_frame_equal(one.candles.frame, again.candles.frame)
    assert one.candles.sha256 == again.candles.sha256 != other.candles.sha256


def test_a_written_market_reads_back_as_it_was_made(tmp_path: Path):
    market = make_market(4, 500, START)
    candles = load_candles(write_market(market, tmp_path / "m.csv"))
    pd.testing.assert_frame_equal(candles.frame, market.candles.frame)
    assert candles.sha256 == market.candles.sha256
    assert candles.synthetic
    assert "seed=4" in candles.synthetic_note
    assert "drift=0.0016" in candles.synthetic_note


def test_one_market_cut_in_two_does_not_overlap(tmp_path: Path):
    market = make_market(4, 500, START)
    cut = market.candles.frame.index[400].to_pydatetime()
    train = load_candles(write_market(market, tmp_path / "train.csv", before=cut))
    test = load_candles(write_market(market, tmp_path / "test.csv", first=cut))
    assert (len(train), len(test)) == (400, 100)
    assert train.last < test.first == cut
    with pytest.raises(InputError, match="no bar from"):
        write_market(market, tmp_path / "none.csv", before=START)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_years_of_hours_stay_plausible_and_clean(seed):
    market = make_market(seed, YEARS, START)
    report = quality(market.candles)
    assert report.ok
    assert {issue.code for issue in report.warnings} <= {"synthetic", "flat"}
    frame = market.candles.frame
    # OGNUSDT itself went from 0.15 to 3 and back to 0.09 in two years.
    assert 0.005 < frame["low"].min() < frame["high"].max() < 15
    assert 0.6 < np.std(log_returns(market)) * np.sqrt(8760) < 1.1
    ticks = frame[["open", "high", "low", "close"]].to_numpy() / 0.0001
    assert np.abs(ticks - ticks.round()).max() < 1e-6
    jump = np.log(frame["open"].to_numpy()[1:] / frame["close"].to_numpy()[:-1])
    assert np.abs(jump).mean() < 0.001


def test_the_hidden_states_have_the_planted_drift_share_and_length():
    model = SignalModel(pull=0.0)
    market = make_market(11, 60_000, START, model)
    returns, states = log_returns(market), market.states[1:]
    for state, drift in enumerate(model.drifts):
        mine = returns[states == state]
        # Four standard errors of a mean of independent noise, plus the tick's rounding.
        assert np.mean(mine) == pytest.approx(
            drift, abs=4 * model.noise_vol / len(mine) ** 0.5 + 1e-4
        )
    changes = np.count_nonzero(np.diff(market.states))
    assert len(states) / changes == pytest.approx(model.regime_hours, rel=0.1)


def test_three_regimes_are_visited_alike_and_never_left_to_themselves():
    model = SignalModel(flat_regime=True, regime_hours=10)
    states = make_market(3, 60_000, START, model).states
    assert np.bincount(states) / len(states) == pytest.approx([1 / 3] * 3, abs=0.02)
    assert model.transition.sum(axis=1) == pytest.approx([1, 1, 1])


def test_the_filter_knows_the_state_better_than_chance_and_predicts_the_next_hour():
    market = make_market(6, YEARS, START)
    returns = log_returns(market)
    before = market.candles.frame["close"].to_numpy()[:-1]
    beliefs = filtered_state(returns, market.model, closes_before=before)
    assert beliefs.sum(axis=1) == pytest.approx(np.ones(len(returns)))
    assert np.mean(beliefs.argmax(axis=1) == market.states[1:]) > 0.7
    forecast = expected_drift(beliefs, market.model)[:-1]
    assert np.corrcoef(forecast, returns[1:])[0, 1] > 0.06
    # A calibrated forecast: the slope of what came on what was expected is 1.
    slope = np.polyfit(forecast, returns[1:], 1)[0]
    assert slope == pytest.approx(1.0, abs=0.15)


def test_the_filter_agrees_with_bayes_rule_worked_by_hand():
    model = SignalModel(drift=0.01, noise_vol=0.01, regime_hours=4)
    beliefs = filtered_state(np.array([0.01, -0.01]), model)
    # First: likelihood ratio up/down = exp((2^2)/2) = e^2. Prior 1:1.
    up = np.exp(2) / (1 + np.exp(2))
    assert beliefs[0] == pytest.approx([1 - up, up])
    prior = up * 0.75 + (1 - up) * 0.25
    odds = prior / (1 - prior) * np.exp(-2)
    assert beliefs[1, 1] == pytest.approx(odds / (1 + odds))


def test_the_past_is_filtered_alike_whatever_comes():
    returns = log_returns(make_market(6, 400, START))
    model = SignalModel()
    whole, part = filtered_state(returns, model), filtered_state(returns[:200], model)
    assert np.array_equal(whole[:200], part)


def test_the_null_market_has_the_same_volatility_and_nothing_to_learn():
    # So high a price that rounding to the tick adds no noise, wherever it wanders.
    model = SignalModel(pull=0.0, anchor_price=500.0)
    null, planted = make_null_market(8, 60_000, START, model), make_market(8, 60_000, START, model)
    assert np.std(log_returns(null)) == pytest.approx(np.std(log_returns(planted)), rel=0.03)
    returns = log_returns(null)
    past = pd.Series(returns).rolling(24).mean().to_numpy()[23:-1]
    # 3.5 standard errors of a correlation of independent series.
    assert abs(np.corrcoef(past, returns[24:])[0, 1]) < 3.5 / len(past) ** 0.5
    assert null.candles.synthetic


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: SignalModel(noise_vol=0), "noise_vol"),
        (lambda: SignalModel(drift=-1), "drift >= 0"),
        (lambda: make_market(1, 1, START), "1 bar"),
        (lambda: make_market(1, 10, datetime(2023, 6, 1)), "can't start"),  # noqa: DTZ001
        (lambda: make_market(1, 10, START.replace(minute=5)), "can't start"),
    ],
)
def test_a_market_that_makes_no_sense_is_refused(call, says):
    with pytest.raises(InputError, match=says):
        call()
