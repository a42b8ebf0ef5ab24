"""The six gates: worked cases, the three-way rule, and what must never change them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.gates import Scorecard, decide, measure, score
from core.metrics.conventions import meets_limit
from core.playbook import DEFAULT, load_playbook
from core.playbook.gates import GATE_IDS
from core.trading.bar_resampling import resampled_bars
from core.trading.episodes import episode_table
from core.trading.trade_resampling import resampled_trades
from core.vocabulary import Decision, GateStatus
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.metrics.metric_value import MetricValue

PLAYBOOK = load_playbook(DEFAULT)
RELATIVE = 1e-9  # what a report promises


def equity_frame(equity: Sequence[float] | np.ndarray, start: str = "2026-01-01") -> pd.DataFrame:
    times = pd.date_range(start, periods=len(equity), freq="h", tz="UTC")
    return pd.DataFrame({"time": times, "equity": np.asarray(equity, dtype=float)})


def trades_frame(pnl: Sequence[float] | np.ndarray) -> pd.DataFrame:
    times = pd.date_range("2026-01-01", periods=len(pnl), freq="h", tz="UTC")
    return pd.DataFrame({"exit_time": times, "pnl": np.asarray(pnl, dtype=float)})


def judged(
    equity: Sequence[float] | np.ndarray, pnl: Sequence[float] | np.ndarray | None = None
) -> Scorecard:
    trades = None if pnl is None else trades_frame(pnl)
    return score(equity_frame(equity), trades, PLAYBOOK.gates, PLAYBOOK.decision)


def curve(seed: int, bars: int, drift: float) -> np.ndarray:
    steps = np.random.default_rng(seed).normal(drift, 0.001, bars)
    return 10_000 * np.concatenate([[1.0], np.cumprod(1 + steps)])


def test_the_playbook_lists_the_gates_and_whatever_computes_them_knows_each():
    assert tuple(gate.id for gate in PLAYBOOK.gates) == GATE_IDS
    assert set(measure(curve(1, 100, 0.0), np.array([1.0, -1.0]))) == set(GATE_IDS)
    resampled = [*resampled_bars(np.array([0.1, -0.1] * 50), 2, 8760, 2, 1)]
    resampled += resampled_trades(np.array([1.0, -1.0]), 2, 1)
    assert sorted(resampled) == sorted(GATE_IDS)


@pytest.mark.parametrize(
    ("op", "met"),
    [(">", (False, False, True)), (">=", (False, True, True)),
     ("<", (True, False, False)), ("<=", (True, True, False))],
)  # fmt: skip
def test_a_value_that_equals_its_limit_to_the_last_digits_is_equal(op, met):
    assert tuple(meets_limit(value, op, 15.0) for value in (14.9, 15 + 2e-15, 15.1)) == met
    assert not meets_limit(float("nan"), op, 15.0)


def test_the_gates_stand_in_the_manuals_order_under_their_ids():
    card = judged(curve(1, 100, 0.0), [1, -1])
    assert tuple(gate.id for gate in card.gates) == GATE_IDS
    assert [gate.number for gate in card.gates] == [1, 2, 3, 4, 5, 6]


def test_a_good_record_is_a_go_and_each_value_is_the_formula():
    equity, pnl = curve(2, 8760, 0.0001), [30, -10, 20, -15, 5]
    card = judged(equity, pnl)
    returns = np.diff(equity) / equity[:-1]
    fall = max(1 - equity / np.maximum.accumulate(equity))
    expected = {
        "sharpe": returns.mean() / returns.std(ddof=1) * 8760**0.5,
        "max_drawdown_pct": fall * 100,
        "win_rate_pct": 60.0,
        "profit_factor": 55 / 25,
        "consecutive_losses": 1,
        "calmar": (equity[-1] / equity[0] - 1) / fall,
    }
    assert {gate.id: gate.value for gate in card.gates} == pytest.approx(expected, rel=RELATIVE)
    assert (card.decision, card.score, card.passed) == (Decision.GO, "6/6", 6)


def test_exactly_fifteen_percent_passes_though_it_computes_to_a_hair_more():
    gate = judged([100, 85, 200], [1]).gate("max_drawdown_pct")
    assert present(gate.value) > 15.0
    assert gate.passed


def test_a_sharpe_that_prints_as_one_and_is_less_fails():
    assert f"{0.99996:.2f}" == "1.00"
    assert not meets_limit(0.99996, ">=", 1.0)
    assert meets_limit(1.0 - 1e-10, ">=", 1.0)
    assert not meets_limit(1.0 - 1e-8, ">=", 1.0)
    assert meets_limit(5, "<=", 5.0)
    assert not meets_limit(6, "<=", 5.0)


@pytest.mark.parametrize(
    ("passed", "decision", "recommendation"),
    [
        (6, "GO", "Deploy"),
        (5, "PARTIAL", "Tune"),
        (4, "PARTIAL", "Tune"),
        (3, "NO-GO", "Retrain"),
        (0, "NO-GO", "Retrain"),
    ],
)
def test_the_manuals_three_way_rule(passed, decision, recommendation):
    rule = decide(passed, PLAYBOOK.decision)
    assert (rule.decision.value, rule.recommendation) == (decision, recommendation)


def test_a_number_that_no_rule_covers_is_refused():
    with pytest.raises(InputError, match="No decision rule covers 3"):
        decide(3, [rule for rule in PLAYBOOK.decision if rule.min_passed > 3])


@pytest.mark.parametrize(
    ("equity", "pnl", "undefined"),
    [
        ([100.0], [], {"sharpe": "insufficient_data", "max_drawdown_pct": "insufficient_data",
                       "win_rate_pct": "no_trades", "profit_factor": "no_trades",
                       "consecutive_losses": "no_trades", "calmar": "insufficient_data"}),
        ([100.0, 101.0], [1], {"sharpe": "insufficient_data", "profit_factor": "no_losses",
                               "calmar": "no_drawdown"}),
        ([100.0] * 50, [], {"sharpe": "zero_volatility", "win_rate_pct": "no_trades",
                            "profit_factor": "no_trades", "consecutive_losses": "no_trades",
                            "calmar": "no_drawdown"}),
        ([100, 99, 101], None, {"win_rate_pct": "insufficient_data",
                                "profit_factor": "insufficient_data",
                                "consecutive_losses": "insufficient_data"}),
    ],
)  # fmt: skip
def test_what_is_undefined_is_null_with_a_status_and_not_passed(equity, pnl, undefined):
    card = judged(equity, pnl)
    assert {g.id: g.status.value for g in card.gates if g.value is None} == undefined
    assert not any(gate.passed for gate in card.gates if gate.value is None)
    assert all(g.status is GateStatus.OK for g in card.gates if g.value is not None)


def test_all_wins_are_looked_at_by_a_person():
    card = judged(curve(2, 8760, 0.0001), [5, 6, 7])
    assert card.gate("profit_factor").status is GateStatus.NO_LOSSES
    assert (card.decision, card.score) == (Decision.PARTIAL, "5/6")


def test_all_losses_fail_every_gate_and_crash_nothing():
    card = judged(np.linspace(10_000, 1_000, 200), [-45.0] * 200)
    assert (card.decision, card.passed) == (Decision.NO_GO, 0)
    assert card.gate("consecutive_losses").value == 200


def test_the_scorecard_is_strict_json_with_the_published_fields():
    for equity, pnl in (([100.0], None), (curve(1, 500, 0.0), [3, -1])):
        read = json.loads(json.dumps(judged(equity, pnl).as_dict(), allow_nan=False))
        assert {"decision", "score", "gates", "conventions"} <= set(read)
        assert all(
            {"id", "value", "threshold", "op", "passed", "status"} <= set(gate)
            for gate in read["gates"]
        )
        assert read["decision"] in {"GO", "PARTIAL", "NO-GO"}
        assert read["score"] == f"{read['gates_passed']}/6"


def test_margin_is_the_room_left_to_the_limit_either_way():
    card = judged([100, 90, 200], [1, -1, -1])
    assert card.gate("max_drawdown_pct").margin == pytest.approx(5.0)
    assert card.gate("win_rate_pct").margin == pytest.approx(100 / 3 - 45)


def test_the_facts_beside_the_gates_say_how_long_and_how_lucky():
    facts = judged(curve(1, 240, 0.0), [1, -1, -1, 1]).facts
    assert (facts.bars, facts.days, facts.calmar_extrapolated) == (240, 10.0, True)
    assert facts.expected_longest_losing_run == pytest.approx(27 / 16)  # of 16 sequences
    assert judged(curve(1, 8760, 0.0)).facts.calmar_extrapolated is False


def test_bad_equity_is_refused_before_anything_is_computed():
    frame = equity_frame([100, float("nan"), 101])
    with pytest.raises(InputError, match="row 2"):
        score(frame, None, PLAYBOOK.gates, PLAYBOOK.decision)


returns_lists = st.lists(st.floats(-0.2, 0.2), min_size=2, max_size=60)
results = st.lists(st.floats(-100, 100).map(lambda x: round(x, 3)), min_size=1, max_size=40)


def compounded(returns: Sequence[float] | np.ndarray) -> np.ndarray:
    return 100 * np.concatenate([[1.0], np.cumprod(1 + np.array(returns))])


def same(one: MetricValue, two: MetricValue, rel: float = 1e-7) -> bool:
    """Both undefined, or close; the std of nearly equal returns loses half the digits."""
    if one.value is None or two.value is None:
        return one.value == two.value
    return math.isclose(one.value, two.value, rel_tol=rel, abs_tol=1e-7)


@settings(max_examples=100, deadline=None)
@given(returns_lists, results, st.integers(-3, 3))
def test_capital_and_currency_don_t_matter(returns, pnl, power):
    # Powers of two scale floats without rounding, so that a borderline stays on its side.
    scale = 2.0**power
    one = measure(compounded(returns), np.array(pnl))
    two = measure(compounded(returns) * scale, np.array(pnl) * scale)
    assert all(same(one[name], two[name]) for name in GATE_IDS)


@settings(max_examples=100, deadline=None)
@given(results, st.randoms(use_true_random=False))
def test_win_rate_and_profit_factor_ignore_the_order_of_trades(pnl, random):
    shuffled = random.sample(pnl, len(pnl))
    one, two = (measure(compounded([0.1, -0.1]), np.array(order)) for order in (pnl, shuffled))
    assert same(one["win_rate_pct"], two["win_rate_pct"])
    assert same(one["profit_factor"], two["profit_factor"])


@settings(max_examples=100, deadline=None)
@given(returns_lists, st.integers(0, 60))
def test_a_flat_bar_changes_no_drawdown_and_never_raises_calmar_of_a_gain(returns, place):
    place = min(place, len(returns))
    more = [*returns[:place], 0.0, *returns[place:]]
    one, two = measure(compounded(returns), None), measure(compounded(more), None)
    assert same(one["max_drawdown_pct"], two["max_drawdown_pct"])
    before, after = one["calmar"].value, two["calmar"].value
    if before is not None and after is not None and before > 0:
        assert after <= before * (1 + 1e-9) + 1e-9


@settings(max_examples=100, deadline=None)
@given(results, st.integers(0, 40))
def test_a_streak_runs_on_across_any_boundary(pnl, cut):
    """Splitting trades into episodes never shortens the stitched streak."""
    parts = [np.array(pnl[:cut]), np.array(pnl[cut:])]
    whole = measure(compounded([0.1, -0.1]), np.concatenate(parts))["consecutive_losses"].value
    assert whole is not None
    longest = [
        measure(compounded([0.1, -0.1]), part)["consecutive_losses"].value or 0 for part in parts
    ]
    assert max(longest) <= whole <= sum(longest)


@settings(max_examples=100, deadline=None)
@given(returns_lists)
def test_drawdown_lies_between_zero_and_all_and_is_zero_only_without_a_fall(returns):
    value = present(measure(compounded(returns), None)["max_drawdown_pct"].value)
    assert 0 <= value < 100
    if min(returns) <= -1e-9:
        assert value > 0


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-0.05, 0.05), min_size=4, max_size=60),
    st.lists(st.integers(1, 59), min_size=1, max_size=4),
)
def test_where_the_episodes_are_cut_changes_no_gate_of_the_stitched_record(returns, cuts):
    equity = equity_frame(compounded(returns)).assign(exposure=0.0)
    trades = trades_frame([3.0, -1.0, -2.0]).assign(forced_exit=False)
    tables = []
    for edges in (set(), set(cuts)):
        labels = np.searchsorted(sorted(edges), np.arange(len(equity)), side="left") + 1
        owners = np.searchsorted(labels, labels[-3:])
        marked = trades.assign(episode=labels[np.minimum(owners, len(labels) - 1)])
        tables.append(episode_table(equity.assign(episode=labels), marked, PLAYBOOK.gates))
    whole, cut = (next(row for row in table if row.episode == "ALL") for table in tables)
    assert whole == cut
    growth = math.prod(1 + present(row.return_pct) / 100 for row in tables[1][:-2])
    assert growth == pytest.approx(1 + present(cut.return_pct) / 100)
