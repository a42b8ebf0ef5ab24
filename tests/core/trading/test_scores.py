"""Brier score and calibration."""

from __future__ import annotations

import pytest

from core.trading.scores import scores
from tests.expected import present


def test_brier_by_hand():
    found = present(scores([[(0.8, True), (0.8, False)], [(0.1, False), (1.0, True)]]))
    assert found.brier == pytest.approx((0.04 + 0.64 + 0.01 + 0.0) / 4)
    assert found.expected == pytest.approx((0.16 + 0.16 + 0.09 + 0.0) / 4)
    assert (found.count, found.decisions) == (4, 2)


def test_bins_hold_each_forecast_once_the_last_one_a_certain_one_too():
    found = present(scores([[(0.0, False), (0.2, True), (0.39, False), (0.8, True), (1.0, True)]]))
    assert [(each.low, each.count, each.happened) for each in found.bins] == [
        (0.0, 1, 0),
        (0.2, 2, 1),
        (0.8, 2, 2),
    ]
    assert found.bins[1].stated == pytest.approx(0.295)


def test_a_chance_that_the_outcomes_rule_out_is_not_kept():
    often = [[(0.9, False)]] * 15 + [[(0.9, True)]] * 5
    assert not present(scores(often)).bins[0].kept
    assert present(scores(often[14:17])).bins[0].kept  # 2 of 3: too few to rule it out


def test_six_gates_of_one_decision_rule_out_no_more_than_one_forecast_does():
    one = present(scores([[(0.9, False)] * 6])).bins[0]
    six = present(scores([[(0.9, False)]] * 6)).bins[0]
    assert (one.count, one.decisions, six.decisions) == (6, 1, 6)
    assert one.interval == present(scores([[(0.9, False)]])).bins[0].interval
    assert one.interval.high > six.interval.high + 0.3


def test_nothing_to_judge_has_no_score():
    assert scores([]) is None
