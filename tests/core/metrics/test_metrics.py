"""The metric families against hand-worked cases and published values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from core.metrics.drawdown import max_drawdown_pct, underwater
from core.metrics.ratios import annual_return, calmar, lag1_autocorrelation, sharpe
from core.metrics.returns import bar_returns, daily_returns
from core.metrics.trades import (
    chance_of_run_at_most,
    expected_longest_run,
    longest_losing_run,
    profit_factor,
    win_rate_pct,
)
from core.vocabulary import GateStatus

FLOAT = 1e-12  # relative; the same formula in another order of operations


def equity_of(*returns: float, capital: float = 100.0) -> np.ndarray:
    return capital * np.concatenate([[1.0], np.cumprod(1 + np.array(returns))])


def test_the_first_return_is_measured_from_the_starting_capital():
    assert bar_returns(np.array([100.0, 90.0, 99.0])) == pytest.approx([-0.1, 0.1], rel=FLOAT)


def test_sharpe_is_mean_over_sample_deviation_times_the_root_of_bars_a_year():
    # mean .01, deviations +-.02, ddof 1: std = sqrt(.0008 / 1)
    assert sharpe(np.array([0.03, -0.01]), 8760).value == pytest.approx(
        0.01 / math.sqrt(0.0008) * math.sqrt(8760), rel=FLOAT
    )


def test_huge_returns_are_returns_and_not_prices():
    """quantstats takes [1.5, 0.2, 0.1] for prices and says -246.7."""
    assert sharpe(np.array([1.5, 0.2, 0.1]), 8760).value == pytest.approx(71.9, abs=0.05)
    assert max_drawdown_pct(equity_of(1.5, 0.2, 0.1)).value == 0.0


@pytest.mark.parametrize(
    ("returns", "status"),
    [
        ([], GateStatus.INSUFFICIENT_DATA),
        ([0.1], GateStatus.INSUFFICIENT_DATA),
        ([0.001] * 50, GateStatus.ZERO_VOLATILITY),
        ([0.0] * 50, GateStatus.ZERO_VOLATILITY),
    ],
)
def test_sharpe_without_risk_is_undefined_and_not_infinite(returns, status):
    assert sharpe(np.array(returns), 8760) == (None, status)


def test_a_fall_in_the_first_bar_counts_as_drawdown():
    """vectorbt's returns accessor says 0 here."""
    assert max_drawdown_pct(equity_of(-0.1, 0.05)).value == pytest.approx(10.0, rel=FLOAT)
    assert underwater(equity_of(-0.1, 0.05)) == pytest.approx([0, 0.1, 0.055])


def test_drawdown_is_the_deepest_fall_and_not_the_last():
    assert max_drawdown_pct(np.array([100.0, 120, 90, 130, 110])).value == pytest.approx(25.0)


def test_calmar_compounds_to_a_year_over_the_whole_window():
    equity = equity_of(0.1, -0.05, 0.02)
    growth = (equity[-1] / equity[0]) ** (10 / 3) - 1
    assert annual_return(equity, 10).value == pytest.approx(growth, rel=FLOAT)
    assert calmar(equity, 10).value == pytest.approx(growth / 0.05, rel=1e-9)


def test_calmar_is_undefined_without_drawdown_without_bars_and_on_overflow():
    assert calmar(equity_of(0.1, 0.1), 8760) == (None, GateStatus.NO_DRAWDOWN)
    assert calmar(np.array([100.0]), 8760) == (None, GateStatus.INSUFFICIENT_DATA)
    assert calmar(equity_of(-0.1, 9.0), 8760) == (None, GateStatus.INSUFFICIENT_DATA)


def test_days_close_at_midnight_and_start_from_the_capital():
    times = pd.Series(pd.date_range("2026-01-01", periods=49, freq="h", tz="UTC"))
    equity = np.linspace(100, 148, 49)
    # Marks at 24:00 of both days: 124 and 148.
    assert daily_returns(times, equity) == pytest.approx([0.24, 148 / 124 - 1], rel=FLOAT)


def test_lag1_autocorrelation_sees_alternation_and_says_nothing_of_a_constant():
    assert lag1_autocorrelation(np.array([1.0, -1.0] * 10)) == pytest.approx(-1.0)
    assert lag1_autocorrelation(np.zeros(10)) is None
    assert lag1_autocorrelation(np.array([0.1, 0.2])) is None


MIXED = np.array([10.0, -5.0, 0.0, -5.0, -5.0, 20.0, 0.0, -1.0])


def test_break_even_is_no_win_and_ends_a_losing_run():
    """freqtrade counts it as a loss and says 4."""
    assert longest_losing_run(MIXED).value == 2
    assert win_rate_pct(MIXED).value == 25.0
    assert profit_factor(MIXED).value == pytest.approx(30 / 16, rel=FLOAT)


def test_trades_without_losses_and_no_trades_have_no_profit_factor():
    none = np.array([])
    assert profit_factor(np.array([1.0, 2.0])) == (None, GateStatus.NO_LOSSES)
    assert profit_factor(np.array([0.0])) == (None, GateStatus.NO_LOSSES)
    assert profit_factor(np.array([-1.0])).value == 0.0
    for metric in (profit_factor, win_rate_pct, longest_losing_run):
        assert metric(none) == (None, GateStatus.NO_TRADES)


@pytest.mark.parametrize(
    ("win_rate", "expected"),
    [
        (0.45, [0.805, 0.535, 0.271, 0.070, 0.001]),
        (0.50, [0.878, 0.685, 0.454, 0.199, 0.017]),
        (0.55, [0.929, 0.806, 0.637, 0.398, 0.097]),
        (0.60, [0.962, 0.892, 0.788, 0.614, 0.290]),
    ],
)
def test_the_chance_of_at_most_five_losses_in_a_row_is_the_published_one(win_rate, expected):
    found = [chance_of_run_at_most(5, n, 1 - win_rate) for n in (20, 50, 100, 200, 500)]
    assert found == pytest.approx(expected, abs=1e-3)  # published to three decimals


@pytest.mark.parametrize(("trades", "loss_rate"), [(1, 0.3), (6, 0.5), (9, 0.8)])
def test_the_expected_longest_run_is_that_of_all_sequences(trades, loss_rate):
    expected = 0.0
    for outcome in range(2**trades):
        lost = [outcome >> place & 1 for place in range(trades)]
        longest = max(map(len, "".join(map(str, lost)).split("0")))
        expected += longest * math.prod(loss_rate if one else 1 - loss_rate for one in lost)
    assert expected_longest_run(trades, loss_rate) == pytest.approx(expected, abs=1e-7)


def test_only_losses_run_as_long_as_there_are_trades():
    assert expected_longest_run(7, 1.0) == 7
    assert expected_longest_run(7, 0.0) == pytest.approx(0.0)
