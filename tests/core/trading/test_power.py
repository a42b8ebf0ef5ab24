"""Whether a test could have noticed: power of each gate, smallest edge, days that are missing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from core.playbook import DEFAULT, load_playbook
from core.trading.costs import CostModel
from core.trading.power import WANTED, Power, measured_power, noticed
from core.trading.replay import Track
from core.vocabulary import GateNotice
from tests.benchmarks.recipe.planted import held_at_random, noise
from tests.core.backtest_records import decision_of, never_in_the_market, record
from tests.expected import present

PLAYBOOK = load_playbook(DEFAULT)
COSTS = CostModel(10.0, 5.0, 0.0)


def power_of(
    bars: int, levels: np.ndarray | None = None, runs: int = 500, per_year: int = 8760
) -> Power:
    held = held_at_random(bars, 2) if levels is None else levels
    track = Track.of(noise(bars, 1))
    return measured_power(track, held, COSTS, PLAYBOOK.gates, PLAYBOOK.decision, per_year, runs)


def test_the_sharpe_gate_of_an_unpredictable_market_has_the_power_of_the_textbook():
    # A year of independent bars: the estimated Sharpe has a standard error of 1.
    gate = power_of(2000, per_year=2000).gates["sharpe"]
    assert gate.power == pytest.approx(norm.cdf(1.0 - 1.645), abs=0.06)
    assert present(gate.smallest_sharpe) == pytest.approx(1.645 + 0.842, abs=0.35)
    needed = (1.645 + 0.842) ** 2 - 1.0
    assert present(gate.more_days) / 365 == pytest.approx(needed, rel=0.35)
    assert gate.verdict is GateNotice.UNDERPOWERED


def test_a_long_record_is_able_and_needs_no_more_days():
    # Ten years of 250 bars: the standard error is a third.
    gate = power_of(2500, per_year=250).gates["sharpe"]
    assert gate.power >= WANTED
    assert (gate.verdict, gate.more_days) == (GateNotice.ABLE, 0)


def test_the_losing_run_of_a_short_record_is_blind():
    gate = power_of(700, runs=200).gates["consecutive_losses"]
    assert (gate.verdict, gate.more_days) == (GateNotice.BLIND, None)
    assert "ten years" in gate.sentence()


def test_at_most_five_percent_without_an_edge_are_noticed_even_with_ties():
    null = np.array([3.0] * 10 + [4.0] * 90)
    assert noticed(null, null, ">=") == 0.0
    drawn = np.random.default_rng(0).normal(size=1000)
    assert noticed(drawn, drawn, ">=") == noticed(drawn, drawn, "<=") == 0.05


def test_an_undefined_value_is_never_noticed():
    assert noticed(np.array([np.nan, 9.0]), np.zeros(100), ">=") == 0.5
    assert noticed(np.array([np.nan, -9.0]), np.zeros(100), "<=") == 0.5


def test_without_trades_it_says_why_nothing_was_measured():
    power = present(decision_of(never_in_the_market()).power)
    assert power.gates == {}
    assert "never traded" in present(power.not_measured)
    assert "nunca negociou" in power.sentence().in_("pt")


def test_a_decision_has_it_beside_each_gate_and_the_same_again():
    first, second = (decision_of(record()) for _ in range(2))
    assert first.power == second.power
    assert set(present(first.power).gates) == {gate.id for gate in first.gates}
