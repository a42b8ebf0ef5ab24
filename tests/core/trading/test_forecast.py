"""The cone of a decision: what it holds, and what it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.playbook import DEFAULT, load_playbook
from core.trading.forecast import DAYS, MIN_DAYS, Ended, Forecast, forecast, whole_paths
from tests.core.backtest_records import record
from tests.expected import present

GATES = load_playbook(DEFAULT).gates
NO_TRIPS = Ended(np.empty(0, int), np.empty(0))


def noise(days: int, mean: float = 0.0, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.002, days * 24)


def made(returns: np.ndarray, ended: Ended = NO_TRIPS, seed: int = 5) -> Forecast:
    return present(forecast(returns, ended, GATES, 8760, seed, futures=200))


def test_the_same_seed_gives_the_same_cone_and_another_one_another():
    returns = noise(60)
    assert made(returns) == made(returns)
    assert made(returns).equity != made(returns, seed=6).equity


def test_the_ends_hold_whole_paths_not_each_day_alone():
    paths = np.cumsum(np.random.default_rng(0).normal(size=(1000, 30)), axis=1)
    band = whole_paths(paths, 0.9)
    inside = ((paths >= band.low) & (paths <= band.high)).all(axis=1).mean()
    assert 0.9 <= inside < 0.92
    each = np.quantile(paths, [0.05, 0.95], axis=0)
    assert (np.array(band.low) < each[0]).all()
    assert (np.array(band.high) > each[1]).all()


def test_a_short_record_leaves_its_mean_open_so_its_cone_is_wider():
    short, long = (made(noise(days)).equity for days in (20, 400))
    assert short.high[-1] - short.low[-1] > 1.3 * (long.high[-1] - long.low[-1])


def test_no_cone_of_a_record_that_is_too_short_still_or_ruined():
    ruined = noise(60)
    ruined[100] = -1.0
    for returns in (noise(MIN_DAYS - 1), np.zeros(60 * 24), ruined, np.empty(0)):
        assert forecast(returns, NO_TRIPS, GATES, 8760, 1) is None


def test_the_first_day_outside_is_named_and_days_that_have_not_come_are_not_judged():
    cone = made(noise(60))
    middle = list(cone.equity.median[:4])
    assert cone.left_on(middle) is None
    assert cone.left_on([*middle, cone.equity.high[4] + 0.01]) == 5
    assert cone.fell_out_on([*middle, cone.equity.high[4] + 0.01]) is None
    assert cone.fell_out_on([*middle, cone.equity.low[4] - 0.01]) == 5


def test_round_trips_come_with_the_bars_on_which_they_ended():
    trips = Ended(np.arange(5, 60 * 24, 12), np.full(120, 0.002))
    cone = made(noise(60), trips)
    assert abs(cone.trades.median[-1] - 2 * DAYS) <= 3
    assert cone.gates["win_rate_pct"] > 0.9
    assert made(noise(60)).gates["win_rate_pct"] == 0.0  # no trade: undefined does not pass


def test_a_better_record_passes_more_often():
    poor, good = (made(noise(120, mean)).gates["sharpe"] for mean in (-0.0002, 0.0004))
    assert poor < 0.3 < 0.8 < good


def test_an_exit_at_an_open_belongs_to_the_bar_that_opens_and_a_forced_one_to_its_close():
    closes = pd.date_range("2026-01-01", periods=5, freq="h", tz="UTC")
    equity = pd.DataFrame({"time": closes, "equity": [100.0, 101.0, 102.0, 103.0, 104.0]})
    trades = pd.DataFrame(
        {"exit_time": [closes[1], closes[4]], "pnl": [1.01, 2.06], "forced_exit": [False, True]}
    )
    ended = Ended.of(equity, trades)
    assert ended.bars.tolist() == [1, 3]  # bar 1 opens at closes[1]; bar 3 closes at closes[4]
    assert np.allclose(ended.results, [0.01, 0.02])


def test_every_round_trip_of_a_record_is_on_one_of_its_bars():
    backtest = record()
    ended = Ended.of(backtest.equity, backtest.trades)
    assert len(ended.bars) == len(backtest.trades)
    assert ended.bars.max() < len(backtest.returns)
    # Its exits are at the opens of every twentieth bar; the last one is forced at a close.
    assert ended.bars.tolist() == [*range(19, 380, 20), 398]
