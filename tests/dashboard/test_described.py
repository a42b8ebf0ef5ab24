"""A Plotly figure in words and as rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from dashboard.figures.described import rows_of, table_of, takeaway
from dashboard.figures.equity import equity_figure
from dashboard.figures.style import frame, limit_line
from dashboard.wording import Words

DAY = datetime(2026, 2, 23, 14, tzinfo=UTC)


def test_a_line_with_a_gap_says_its_range_and_since_when_it_is_above_the_limit() -> None:
    figure = frame(190)
    times = [DAY + timedelta(days=n) for n in range(4)]
    figure.add_scatter(x=times, y=[0.5, None, 2.0, 1.5], name="Sharpe")
    limit_line(figure, 1.0, "> 1", ">=")
    spread, crossed = takeaway(figure, "Sharpe over all revalidations")
    assert spread == (
        "Sharpe: 3 values, lowest 0.5000 (2026-02-23 14:00), highest 2.00 (2026-02-25 14:00), "
        "last 1.50"
    )
    assert crossed == "within the limit 1 since 2026-02-25 14:00"
    assert crossed.in_("pt") == "dentro do limite 1 desde 25/02/2026 14:00"
    table = table_of(list(rows_of(figure)), ("Curva", "Posição", "Valor"), Words("pt"))
    assert table["Valor"].tolist() == ["0,5000", "", "2,00", "1,50"]
    assert list(rows_of(figure))[1] == ("Sharpe", times[1], None)


def test_a_limit_belongs_to_its_own_panel() -> None:
    times = pd.date_range("2026-02-23", periods=8, freq="h", tz="UTC")
    values = (1.0 + pd.Series(range(8)) / 10).to_numpy()
    drawdown = -pd.Series([0.0, 1, 2, 12, 13, 3, 2, 1]).to_numpy()
    figure = equity_figure(times, {"agent": values}, drawdown, 10.0, ("equity", "drawdown %"))
    said = takeaway(figure, "Equity")
    assert len(said) == 3, "the equity has no limit"
    assert said[-1] == "within the limit -10 since 2026-02-23 05:00"
    small = equity_figure(times, {"agent": values}, drawdown / 4, 20.0, ("equity", "drawdown %"))
    assert takeaway(small, "Equity")[-1] == "always within the limit -20"


def test_a_limit_from_above_is_passed_below_it() -> None:
    figure = frame(190)
    figure.add_scatter(x=[1, 2, 3], y=[5.0, 20.0, 21.0], name="drawdown %")
    limit_line(figure, 20.0, "< 20", "<=")
    assert takeaway(figure, "")[-1] == "beyond the limit 20 since 3.00"
