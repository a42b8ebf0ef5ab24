"""Figures bear long runs, and show limits, restarts and gaps."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from core.telemetry import Series
from core.telemetry.drawn_series import step_at
from dashboard.figures.curves import Option, curve
from dashboard.figures.equity import equity_figure, thin
from dashboard.figures.history import GatePoint, gate_over_time
from dashboard.figures.palette import BLUE
from dashboard.figures.shown_points import span_unit
from dashboard.figures.sparkline import EDGE, HEIGHT, WIDTH, sparkline
from dashboard.figures.view import Axis, Limit, Line, Mark, View
from tests.core.backtest_records import decision_of, record
from tests.expected import present


def series(values: np.ndarray) -> Series:
    steps = np.arange(len(values), dtype=np.int64) * 100
    return Series("tag", steps, steps / 10 + 1_700_000_000.0, np.asarray(values, float))


def points(option: Option) -> int:
    return sum(len(each["source"]) for each in option["dataset"])


def test_a_million_points_are_shown_with_two_thousand() -> None:
    values = np.sin(np.arange(1_000_000) / 1000)
    values[123_456] = 50.0
    option = curve({"a": series(values), "b": series(values)})
    assert points(option) <= 2000
    raw = option["dataset"][0]["source"]["raw"].to_pylist()
    assert max(raw) == 50.0  # the spike survives
    json.dumps({name: value for name, value in option.items() if name != "dataset"})


def test_a_value_that_is_not_finite_is_a_gap() -> None:
    option = curve({"a": series(np.array([1.0, np.nan, 2.0, np.inf]))})
    assert option["series"][0]["connectNulls"] is False
    assert option["dataset"][0]["source"]["raw"].to_pylist() == [1.0, None, 2.0, None]


def test_a_single_point_is_visible() -> None:
    assert curve({"a": series(np.array([1.0]))})["series"][0]["showSymbol"] is True
    assert curve({"a": series(np.array([1.0, 2.0]))})["series"][0]["showSymbol"] is False


def test_limits_and_restarts_are_drawn_and_named() -> None:
    option = curve(
        {"a": series(np.arange(5.0))},
        limits=[Limit(0.01, "limit < 0.01", "red")],
        marks=[Mark(200, "restart 1", "orange"), Mark(9000, "beyond the curve", "red")],
    )
    limit, mark = option["series"][-1]["markLine"]["data"]
    assert option["series"][-1]["markLine"]["precision"] >= 6  # a limit of KL is 0.01
    assert (limit["yAxis"], limit["name"]) == (0.01, "limit < 0.01")
    assert (mark["xAxis"], mark["name"], mark["label"]["show"]) == (200, "restart 1", True)


def test_the_name_of_a_mark_at_an_end_lies_inwards() -> None:
    """A phone would cut its half that is beyond the plot."""
    marks = [Mark(step, f"incident {step}", "red") for step in (0, 200, 400)]
    lines = curve({"a": series(np.arange(5.0))}, marks=marks)["series"][-1]["markLine"]["data"]
    assert [line["label"].get("align") for line in lines] == ["left", "center", "right"]


def test_many_marks_are_drawn_without_names_that_would_hide_each_other() -> None:
    marks = [Mark(step, f"note {step}", "gray") for step in range(0, 400, 20)]
    lines = curve({"a": series(np.arange(5.0))}, marks=marks)["series"][-1]["markLine"]["data"]
    assert len(lines) == 20
    assert not any(line["label"]["show"] for line in lines)


def test_what_is_drawn_over_a_curve_has_its_colour_and_is_named_once() -> None:
    own, other = series(np.arange(5.0)), series(np.arange(4.0))
    option = curve({
        "profit": Line(own), "profit · B": Line(other, other=True, curve="profit"),
        "cost": Line(own), "cost · B": Line(other, other=True, curve="cost"),
    })  # fmt: skip
    colours = [one["lineStyle"]["color"] for one in option["series"][:4]]
    assert colours[0] == colours[1] != colours[2] == colours[3]
    assert [one["lineStyle"]["type"] for one in option["series"][:2]] == ["solid", "dashed"]
    assert option["legend"]["data"] == ["profit", "cost"]
    alone = curve({"A": Line(own), "B": Line(other, other=True, curve="A")})
    assert alone["legend"]["data"] == ["A", "B"]


def test_the_smoothed_line_is_over_the_raw_one() -> None:
    option = curve({"a": series(np.array([0.0, 1.0, 0.0, 1.0]))}, view=View(smoothing=0.5))
    raw, smooth = option["series"][:2]
    assert raw["encode"]["y"] == "raw"
    assert raw["lineStyle"]["opacity"] < 0.5
    assert smooth["encode"]["y"] == "smooth"
    table = option["dataset"][0]["source"]
    np.testing.assert_allclose(table["smooth"].to_numpy(), [0, 2 / 3, 2 / 7, 2 / 3])


def test_a_log_axis_has_gaps_where_it_can_not_show_a_value() -> None:
    option = curve(
        {"kl": series(np.array([0.004, 0.0, -1.0, 0.2]))},
        limits=[Limit(0.1, "0.1", "red"), Limit(-1.0, "-1", "red")],
        view=View(log=True),
    )
    assert option["dataset"][0]["source"]["raw"].to_pylist() == [0.004, None, None, 0.2]
    assert option["yAxis"][0]["type"] == "log"
    assert (option["yAxis"][0]["min"], option["yAxis"][0]["max"]) == (0.001, 1.0)
    assert option["yAxis"][1]["data"] == ["0.001", "0.01", "0.1", "1"]


def test_many_points_on_a_log_axis_are_a_line_of_those_that_it_can_show() -> None:
    values = np.full(20_000, 0.004)
    values[::5] = -0.001
    option = curve({"kl": series(values)}, view=View(log=True))
    raw = option["dataset"][0]["source"]["raw"].to_pylist()
    assert len(raw) > 500
    assert None not in raw


def test_two_viewers_see_the_same_points_each_in_their_own_time() -> None:
    shared = series(np.arange(4.0))
    here, there = (
        curve({"a": shared}, view=View(axis=Axis.WALL, shift=shift)) for shift in (0, -10_800)
    )
    first = [option["dataset"][0]["source"]["x"].to_pylist()[0] for option in (here, there)]
    assert first[0] - first[1] == 10_800_000


def test_a_limit_that_is_far_away_does_not_flatten_the_curve() -> None:
    near = curve({"a": series(np.array([4.0, 5.0]))}, limits=[Limit(3.0, "", "red")])
    far = curve({"a": series(np.array([4.0, 5.0]))}, limits=[Limit(-1000.0, "", "red")])
    assert near["yAxis"][0]["min"] <= 3.0
    assert far["yAxis"][0]["min"] >= 3.5


def test_a_chosen_part_is_shown_with_its_own_points() -> None:
    """Zooming in shows what the whole curve had no room for."""
    values = np.sin(np.arange(100_000) / 1000)
    option = curve({"a": series(values)}, view=View(low=1_000_000, high=1_050_000))
    x = option["dataset"][0]["source"]["x"].to_numpy()
    assert len(x) == 503  # each point of it, and the neighbours that lead to the edges
    assert (option["xAxis"][0]["min"], option["xAxis"][0]["max"]) == (1_000_000, 1_050_000)


def test_the_axes_are_labelled_in_the_language_of_the_viewer() -> None:
    english, portuguese = (
        curve({"a": series(np.linspace(0, 0.05, 5))}, view=View(language=language))
        for language in ("en", "pt")
    )
    assert english["yAxis"][1]["data"][1] == "0.01"
    assert portuguese["yAxis"][1]["data"][1] == "0,01"


@pytest.mark.parametrize(
    ("axis", "first", "last"),
    [
        (Axis.STEP, 100, 300),
        (Axis.START, 0, 200),
        (Axis.RELATIVE, 0, 20 / 3600),
        (Axis.WALL, 1_700_000_010_000, 1_700_000_030_000),
        (Axis.WEEK, 1_600_000_010_000, 1_600_000_030_000),
    ],
)
def test_a_curve_is_drawn_over_each_axis(axis: Axis, first: float, last: float) -> None:
    whole = series(np.arange(4.0))
    later = whole.where(slice(1, None))
    line = Line(later, begin=(100, float(later.wall[0])))
    view = View(axis=axis, to_week=lambda wall: wall - 100_000_000)
    option = curve({"a": line}, marks=[Mark(300, "end", "gray")], view=view)
    x = option["dataset"][0]["source"]["x"].to_numpy()
    np.testing.assert_allclose(x[[0, -1]], [first, last])
    (mark,) = option["series"][-1]["markLine"]["data"]
    np.testing.assert_allclose(mark["xAxis"], last)
    assert option["xAxis"][0]["min"] <= first
    assert option["xAxis"][0]["max"] >= last


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
    assert figure.layout.legend.yref == "container", "after a resize it stays above the curves"


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


def drawn(picture: str) -> list[tuple[float, float]]:
    points = re.findall(r'points="([^"]+)"', picture)[0].split()
    return [(float(x), float(y)) for x, y in (point.split(",") for point in points)]


def test_a_sparkline_goes_from_edge_to_edge_with_the_highest_on_top() -> None:
    points = drawn(sparkline([1.0, 5.0, 3.0], BLUE))
    assert [x for x, _ in points] == [0, WIDTH / 2, WIDTH]
    assert [y for _, y in points] == [HEIGHT - EDGE, EDGE, HEIGHT / 2]


def test_a_sparkline_of_equal_values_lies_half_way_up() -> None:
    assert {y for _, y in drawn(sparkline([2.0, 2.0], BLUE))} == {HEIGHT / 2}


def test_a_portuguese_tooltip_has_its_own_numbers() -> None:
    points = series(np.array([0.5, np.nan, -1234.5, 123456.0]))
    option = curve({"KL": points}, view=View(language="pt"))
    table = option["dataset"][0]["source"]
    assert table["raw_text"].to_pylist() == ["0,5 · 0", None, "−1234,5 · 200", "123.456 · 300"]
    assert option["series"][0]["encode"] == {"x": "x", "y": "raw", "tooltip": "raw_text"}
    timed = curve({"KL": points}, view=View(axis=Axis.WALL, language="pt", smoothing=0.5))
    assert timed["dataset"][0]["source"]["smooth_text"].to_pylist()[0] == "0,5"
    english = curve({"KL": points})["dataset"][0]["source"]
    assert english.column_names == ["x", "raw"], "what ECharts writes itself needs no text"


def test_a_portuguese_span_has_no_decimals() -> None:
    points = series(np.arange(5.0))
    for whole, place, unit in (((0.0, 40.0), 40.0, "s"), ((0.0, 7200.0), 40 / 60, "min")):
        view = View(axis=Axis.RELATIVE, language="pt", whole=whole)
        option = curve({"KL": points}, view=view, header="{value} " + span_unit(view)[1])
        label = option["xAxis"][0]["axisPointer"]["label"]
        assert label == {"show": False, "formatter": f"{{value}} {unit}", "precision": 0}
        assert option["dataset"][0]["source"]["x"].to_pylist()[-1] == pytest.approx(place)
