"""Figures bear long runs, and show limits, restarts and gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from core.telemetry import Series
from dashboard.figures.curves import Limit, Mark, curve, step_at
from dashboard.figures.equity import equity_figure, thin
from dashboard.figures.history import GatePoint, gate_over_time
from tests.core.backtest_records import decision_of, record
from tests.expected import present


def series(values: np.ndarray) -> Series:
    steps = np.arange(len(values), dtype=np.int64) * 100
    return Series("tag", steps, steps / 10 + 1_700_000_000.0, np.asarray(values, float))


def test_a_million_points_are_shown_with_two_thousand() -> None:
    values = np.sin(np.arange(1_000_000) / 1000)
    values[123_456] = 50.0
    figure = curve({"a": series(values), "b": series(values)})
    assert sum(len(trace.x) for trace in figure.data) <= 2000
    assert max(figure.data[0].y) == 50.0  # the spike survives


def test_a_value_that_is_not_finite_is_a_gap() -> None:
    figure = curve({"a": series(np.array([1.0, np.nan, 2.0, np.inf]))})
    assert figure.data[0].connectgaps is False
    assert np.isnan(figure.data[0].y[[1, 3]]).all()


def test_a_single_point_is_visible() -> None:
    assert curve({"a": series(np.array([1.0]))}).data[0].mode == "markers"


def test_limits_and_restarts_are_drawn_and_named() -> None:
    figure = curve(
        {"a": series(np.arange(5.0))},
        limits=[Limit(0.01, "limit < 0.01", "red")],
        marks=[Mark(200, "restart 1", "orange")],
    )
    assert [shape.y0 for shape in figure.layout.shapes] == [0.01, 0]
    assert figure.layout.shapes[1].x0 == 200
    assert {note.text for note in figure.layout.annotations} == {"limit < 0.01", "restart 1"}


def test_on_a_log_axis_a_limit_is_named_at_its_line() -> None:
    figure = curve(
        {"kl": series(np.full(100, 0.004))},
        limits=[Limit(0.1, "0.1", "red"), Limit(1e-6, "1e-06", "red")],
        y_log=True,
    )
    names = {name.text: name.y for name in figure.layout.annotations}
    assert names == {"0.1": -1.0, "1e-06": -6.0}  # Plotly wants the exponent
    assert {line.y0 for line in figure.layout.shapes} == {0.1, 1e-6}


def test_a_moment_before_the_curve_has_no_step() -> None:
    points = series(np.arange(3.0))
    assert step_at(points, points.wall[0] - 1) is None
    assert step_at(points, points.wall[0] + 5) == 50.0


def test_the_deepest_drawdown_is_never_thinned_away() -> None:
    drawdown = np.zeros(90_000)
    drawdown[45_678] = -12.41
    time = pd.date_range("2025-01-01", periods=len(drawdown), freq="h", tz="UTC")
    figure = equity_figure(time, {"agent": drawdown + 2}, drawdown, 15.0, ("equity", "under"))
    assert sum(len(trace.x) for trace in figure.data) <= 2002
    assert min(figure.data[1].y) == -12.41
    assert len(thin(drawdown, 1000)) <= 1001


def revalidations(count: int, minutes: int) -> list[GatePoint]:
    gate = decision_of(record()).gate("sharpe")
    start = datetime(2026, 2, 27, 16, 30, tzinfo=UTC)
    return [
        GatePoint(start + timedelta(minutes=minutes * each), f"number {each}", "1", gate)
        for each in range(count)
    ]


def test_revalidations_of_one_day_are_points_at_their_own_times() -> None:
    figure = gate_over_time(revalidations(4, minutes=20), "limit", "en")
    points = figure.data[0]
    assert len(set(points.x)) == 4
    assert [label for label, _ in points.customdata] == [f"number {each}" for each in range(4)]
    low, high = figure.layout.xaxis.range
    assert low < points.x[0]
    assert points.x[-1] < high
    assert high - low < timedelta(hours=2), "an hour of points fills the axis"
    assert points.error_y.array is not None


def test_a_failed_gate_differs_by_its_symbol_and_an_undefined_one_leaves_a_gap() -> None:
    first, second, third = revalidations(3, minutes=20)
    gate = present(first.gate)
    points = [
        first,
        replace(second, gate=gate.model_copy(update={"passed": False})),
        replace(third, gate=gate.model_copy(update={"value": None, "passed": False})),
    ]
    trace = gate_over_time(points, "limit", "en").data[0]
    assert trace.marker.symbol[:2] == ("circle", "x")
    assert trace.y[2] is None


def test_a_single_revalidation_has_an_axis_around_it() -> None:
    figure = gate_over_time(revalidations(1, minutes=0), "limit", "pt")
    low, high = figure.layout.xaxis.range
    assert low < figure.data[0].x[0] < high


def test_hundreds_of_revalidations_are_points_without_lines_and_intervals() -> None:
    trace = gate_over_time(revalidations(300, minutes=300), "limit", "en").data[0]
    assert trace.mode == "markers"
    assert trace.error_y.visible is False
