"""The gates against quantstats, empyrical-reloaded and vectorbt, where the convention agrees.

A moving-average rule on public series is booked by vectorbt; our gates read its equity and
round trips. Where the libraries disagree with each other or with the convention
(undefined values, break-even trades, the starting capital, intraday extremes), the
hand-worked cases in ``tests/core/test_gates.py`` and ``test_metrics.py`` hold.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from core.gates import measure
from tests.core.metrics import public_series

pytestmark = pytest.mark.slow

AGREED = 1e-9  # relative: what the reports promise; the libraries add in another order


@dataclass(frozen=True)
class Booked:
    series: public_series.Series
    portfolio: object  # vectorbt's
    returns: pd.Series
    gates: dict


@pytest.fixture(scope="module", params=public_series.ALL, ids=lambda load: load.__name__)
def booked(request: pytest.FixtureRequest) -> Booked:
    """SMA 10/30 with 10 bps a side; the last position is closed on the last bar."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

    series = request.param()
    close = pd.Series(
        series.close.to_numpy(float),
        pd.date_range("2001-01-01", periods=len(series.close), freq=series.interval),
    )
    above = close.rolling(10).mean() > close.rolling(30).mean()
    entries, exits = above & ~above.shift(fill_value=False), ~above & above.shift(fill_value=False)
    entries.iloc[-1], exits.iloc[-1] = False, True
    year = pd.Timedelta(series.interval) * series.bars_per_year
    vectorbt.settings.returns["year_freq"] = year
    portfolio = vectorbt.Portfolio.from_signals(
        close, entries, exits, fees=0.001, init_cash=10_000.0, freq=series.interval
    )
    equity = np.concatenate([[10_000.0], portfolio.value().to_numpy()])
    trades = portfolio.trades.closed.records
    pnl = trades.sort_values("exit_idx", kind="stable")["pnl"].to_numpy()
    return Booked(
        series, portfolio, portfolio.returns(), measure(equity, pnl, series.bars_per_year)
    )


def value(booked: Booked, gate: str) -> float:
    found = booked.gates[gate].value
    assert found is not None
    return found


def test_sharpe_is_that_of_all_three(booked):
    import empyrical
    import quantstats.stats as quantstats

    year = booked.series.bars_per_year
    ours = value(booked, "sharpe")
    assert ours == pytest.approx(
        empyrical.sharpe_ratio(booked.returns, annualization=year), rel=AGREED
    )
    assert ours == pytest.approx(quantstats.sharpe(booked.returns, periods=year), rel=AGREED)
    assert ours == pytest.approx(booked.portfolio.sharpe_ratio(), rel=AGREED)


def test_drawdown_is_that_of_all_three(booked):
    import empyrical
    import quantstats.stats as quantstats

    ours = value(booked, "max_drawdown_pct") / 100
    assert ours == pytest.approx(-empyrical.max_drawdown(booked.returns), rel=AGREED)
    assert ours == pytest.approx(-quantstats.max_drawdown(booked.returns), rel=AGREED)
    assert ours == pytest.approx(-booked.portfolio.max_drawdown(), rel=AGREED)


def test_calmar_is_that_of_all_three(booked):
    import empyrical
    import quantstats.stats as quantstats

    year = booked.series.bars_per_year
    ours = value(booked, "calmar")
    assert ours == pytest.approx(
        empyrical.calmar_ratio(booked.returns, annualization=year), rel=AGREED
    )
    assert ours == pytest.approx(quantstats.calmar(booked.returns, periods=year), rel=AGREED)
    assert ours == pytest.approx(booked.portfolio.calmar_ratio(), rel=AGREED)


def test_the_gates_of_trades_are_vectorbts(booked):
    closed = booked.portfolio.trades.closed
    assert len(closed.records) > 20
    assert value(booked, "win_rate_pct") == pytest.approx(closed.win_rate() * 100, rel=AGREED)
    assert value(booked, "profit_factor") == pytest.approx(closed.profit_factor(), rel=AGREED)
    assert value(booked, "consecutive_losses") == closed.losing_streak.max()


def test_the_bootstrap_sees_the_same_sharpe_as_the_gate(booked):
    """The median of the resampled Sharpe is within its own standard error of the value."""
    from core.trading.bar_resampling import resampled_bars

    returns = booked.returns.to_numpy()
    found = resampled_bars(returns, 24.0, booked.series.bars_per_year, 300, 1)["sharpe"]
    assert np.median(found) == pytest.approx(value(booked, "sharpe"), abs=found.std() / 3)
