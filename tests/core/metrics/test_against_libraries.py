"""The gates against quantstats, empyrical-reloaded and vectorbt, where the convention agrees.

A moving-average rule on public series is booked here, and by vectorbt, whose loops take a minute to
compile; our gates read the equity and round trips of either. Where the libraries disagree with each
other or with the convention (undefined values, break-even trades, the starting capital, intraday
extremes), the hand-worked cases in ``tests/core/test_gates.py`` and ``test_metrics.py`` hold.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.gates import measure
from tests.core.metrics import public_series

pytestmark = pytest.mark.slow

AGREED = 1e-9  # relative: what the reports promise; the libraries add in another order
CASH, FEE = 10_000.0, 0.001  # a side


@dataclass(frozen=True)
class Booked:
    series: public_series.Series
    returns: pd.Series
    gates: dict
    portfolio: Any = None  # vectorbt's


def rule(series: public_series.Series) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Closes, entries and exits of SMA 10/30; the last position is closed on the last bar."""
    close = pd.Series(
        series.close.to_numpy(float),
        pd.date_range("2001-01-01", periods=len(series.close), freq=series.interval),
    )
    above = close.rolling(10).mean() > close.rolling(30).mean()
    entries, exits = above & ~above.shift(fill_value=False), ~above & above.shift(fill_value=False)
    entries.iloc[-1], exits.iloc[-1] = False, bool(above.iloc[-2])
    return close, entries, exits


@pytest.fixture(scope="module", params=public_series.ALL, ids=lambda load: load.__name__)
def booked(request: pytest.FixtureRequest) -> Booked:
    """All of the cash at each entry, paid for at each side."""
    series = request.param()
    close, entries, exits = rule(series)
    held = (entries.astype(int) - exits.astype(int)).cumsum().shift(fill_value=0)
    growth = (close / close.shift()).where(held == 1, 1.0)
    value = CASH * (growth * np.where(entries | exits, 1 - FEE, 1.0)).cumprod()
    before = value.shift(fill_value=CASH)
    equity = np.concatenate([[CASH], value.to_numpy()])
    pnl = value[exits].to_numpy() - before[entries].to_numpy()
    return Booked(series, value / before - 1, measure(equity, pnl, series.bars_per_year))


@pytest.fixture(scope="module", params=public_series.ALL, ids=lambda load: load.__name__)
def by_vectorbt(request: pytest.FixtureRequest) -> Booked:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

    series = request.param()
    close, entries, exits = rule(series)
    vectorbt.settings.returns["year_freq"] = pd.Timedelta(series.interval) * series.bars_per_year
    portfolio = vectorbt.Portfolio.from_signals(
        close, entries, exits, fees=FEE, init_cash=CASH, freq=series.interval
    )
    equity = np.concatenate([[CASH], portfolio.value().to_numpy()])
    trades = portfolio.trades.closed.records
    pnl = trades.sort_values("exit_idx", kind="stable")["pnl"].to_numpy()
    gates = measure(equity, pnl, series.bars_per_year)
    return Booked(series, portfolio.returns(), gates, portfolio)


def value(booked: Booked, gate: str) -> float:
    found = booked.gates[gate].value
    assert found is not None
    return found


def test_sharpe_is_that_of_both(booked):
    import empyrical
    import quantstats.stats as quantstats

    year = booked.series.bars_per_year
    ours = value(booked, "sharpe")
    assert ours == pytest.approx(
        empyrical.sharpe_ratio(booked.returns, annualization=year), rel=AGREED
    )
    assert ours == pytest.approx(quantstats.sharpe(booked.returns, periods=year), rel=AGREED)


def test_drawdown_is_that_of_both(booked):
    import empyrical
    import quantstats.stats as quantstats

    ours = value(booked, "max_drawdown_pct") / 100
    assert ours == pytest.approx(-empyrical.max_drawdown(booked.returns), rel=AGREED)
    assert ours == pytest.approx(-quantstats.max_drawdown(booked.returns), rel=AGREED)


def test_calmar_is_that_of_both(booked):
    import empyrical
    import quantstats.stats as quantstats

    year = booked.series.bars_per_year
    ours = value(booked, "calmar")
    assert ours == pytest.approx(
        empyrical.calmar_ratio(booked.returns, annualization=year), rel=AGREED
    )
    assert ours == pytest.approx(quantstats.calmar(booked.returns, periods=year), rel=AGREED)


def test_the_bootstrap_sees_the_same_sharpe_as_the_gate(booked):
    """The median of the resampled Sharpe is within its own standard error of the value."""
    from core.trading.bar_resampling import resampled_bars

    returns = booked.returns.to_numpy()
    found = resampled_bars(returns, 24.0, booked.series.bars_per_year, 300, 1)["sharpe"]
    assert np.median(found) == pytest.approx(value(booked, "sharpe"), abs=found.std() / 3)


@pytest.mark.whole
def test_the_gates_are_vectorbts(by_vectorbt: Booked) -> None:
    portfolio, closed = by_vectorbt.portfolio, by_vectorbt.portfolio.trades.closed
    assert len(closed.records) > 20
    theirs = {
        "sharpe": portfolio.sharpe_ratio(),
        "max_drawdown_pct": -portfolio.max_drawdown() * 100,
        "calmar": portfolio.calmar_ratio(),
        "win_rate_pct": closed.win_rate() * 100,
        "profit_factor": closed.profit_factor(),
        "consecutive_losses": closed.losing_streak.max(),
    }
    assert {gate: value(by_vectorbt, gate) for gate in theirs} == pytest.approx(theirs, rel=AGREED)


@pytest.mark.whole
def test_both_libraries_read_vectorbts_returns_as_it_does(by_vectorbt: Booked) -> None:
    test_sharpe_is_that_of_both(by_vectorbt)
    test_drawdown_is_that_of_both(by_vectorbt)
    test_calmar_is_that_of_both(by_vectorbt)
