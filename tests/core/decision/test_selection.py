"""The selection that a decision's forecast knows of."""

from __future__ import annotations

import pytest

from core.decision.recipe import Siblings
from core.decision.selection import selection_of
from core.report.memo_text import memo_text
from core.trading.evidence import Trials
from core.trading.multiplicity import Multiplicity
from tests.core.backtest_records import decision_of, record
from tests.core.decision.test_recipe import MADE, RECIPE, spread_out, sweep
from tests.expected import present

ALONE = decision_of(record())


def test_one_candidate_was_not_selected_and_the_file_says_null() -> None:
    assert present(ALONE.forecast).as_dict()["selection"] is None
    assert "nothing is taken off for selection" in " ".join(memo_text(ALONE).split())


def test_counted_trials_lower_the_forecast_by_the_best_that_luck_gives() -> None:
    decided = decision_of(record(), trials=Trials(20))
    found = present(present(decided.forecast).selection)
    assert (found.basis, found.candidates) == ("trials", 20)
    sharpe, best = decided.evidence.sharpe_hourly, decided.evidence.expected_best_sharpe
    assert found.sharpe == pytest.approx(min(present(best), present(sharpe)))
    assert found.sharpe > 0.5
    lower, word = present(decided.forecast), present(ALONE.forecast)
    assert lower.equity.median[-1] < word.equity.median[-1]
    assert lower.gates["sharpe"] < word.gates["sharpe"]
    assert "luck alone gives the best of 20" in " ".join(memo_text(decided).split())


def test_a_sweep_that_judges_the_model_is_measured_so_it_stands_before_the_count() -> None:
    siblings = Siblings((sweep(*spread_out()),), MADE, RECIPE)
    decided = decision_of(record(), siblings=siblings, trials=Trials(20))
    recipe, found = present(decided.recipe), present(present(decided.forecast).selection)
    assert (found.basis, found.candidates) == ("sweep", 20)
    assert found.sharpe == pytest.approx(max(present(recipe.luck_premium), 0.0))
    assert found.error > 0.0
    few = Siblings((sweep(*spread_out()[:3]),), MADE, RECIPE)
    counted = decision_of(record(), siblings=few, trials=Trials(20)).forecast
    assert present(present(counted).selection).basis == "trials"


def test_the_spread_of_most_of_the_trials_shrinks_what_is_luck_and_that_of_a_few_does_not() -> None:
    evidence = decision_of(record(), trials=Trials(20)).evidence
    tight = 1e-9
    most = Multiplicity(candidates=15, sharpe_variance=tight)
    few = Multiplicity(candidates=4, sharpe_variance=tight)
    assert present(selection_of(evidence, None, most)).sharpe < 0.1
    assert selection_of(evidence, None, few) == selection_of(evidence, None, None)
