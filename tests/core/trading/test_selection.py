"""What luck gives the best of several, and what a forecast takes off for it."""

from __future__ import annotations

import pytest

from core.trading.forecast import Forecast, forecast
from core.trading.selection import Selection, luck_of_best
from tests.core.trading.test_forecast import GATES, NO_TRIPS, noise
from tests.expected import present


def made(selection: Selection | None) -> Forecast:
    record = noise(120, 0.0001)
    return present(forecast(record, NO_TRIPS, GATES, 8760, 5, futures=200, selection=selection))


def test_luck_explains_all_of_a_record_at_most_and_nothing_of_a_loss() -> None:
    assert luck_of_best(2.0, 3.0, 4000.0) == 2.0
    assert luck_of_best(2.0, 1.5, 4000.0) == 1.5
    assert luck_of_best(2.0, -0.5, 4000.0) == 0.0


def test_candidates_that_are_alike_or_differ_in_skill_leave_less_to_luck() -> None:
    alone = 1.0 / 3999.0  # the variance of candidates without skill
    assert luck_of_best(2.0, 9.0, 4000.0, alone) == pytest.approx(2.0)
    assert luck_of_best(2.0, 9.0, 4000.0, alone / 4.0) == pytest.approx(1.0)
    assert luck_of_best(2.0, 9.0, 4000.0, alone * 4.0) == pytest.approx(1.0)
    assert luck_of_best(2.0, 9.0, 4000.0, 0.0) == 0.0


def test_a_selected_record_is_expected_to_earn_less_and_to_pass_less_often() -> None:
    word = made(None)
    knows = made(Selection(basis="trials", candidates=20, sharpe=2.0))
    # A Sharpe of 2 of bars that move by 0.2 %, over 720 bars.
    lower = 2.0 * 0.002 / 8760**0.5 * 720
    assert word.equity.median[-1] - knows.equity.median[-1] == pytest.approx(lower, rel=0.1)
    assert knows.gates["sharpe"] < word.gates["sharpe"] - 0.1
    width = [each.equity.high[-1] - each.equity.low[-1] for each in (word, knows)]
    assert width[0] == pytest.approx(width[1], rel=0.1)


def test_the_error_of_what_a_sweep_measured_makes_the_cone_wider() -> None:
    sure, unsure = (
        made(Selection(basis="sweep", candidates=20, sharpe=1.0, error=error))
        for error in (0.0, 4.0)
    )
    width = [each.equity.high[-1] - each.equity.low[-1] for each in (sure, unsure)]
    assert width[1] > 1.15 * width[0]


def test_a_forecast_says_what_it_took_off_and_an_older_one_that_it_took_nothing() -> None:
    told = made(Selection(basis="trials", candidates=20, sharpe=1.25)).of_selection()
    assert told.startswith("A Sharpe of 1.25 is taken off for selection: so much luck alone")
    of_sweep = Selection(basis="sweep", candidates=12, sharpe=0.5).sentence()
    assert "above the middle of the 12 tries of its recipe" in of_sweep
    alone = made(None)
    assert alone.of_selection().startswith("No other candidate was counted")
    older = alone.as_dict()
    del older["selection"]
    assert "takes the record at its word" in Forecast.model_validate(older).of_selection()
