"""What a manifest says about the validations of its training run."""

from __future__ import annotations

from typing import Any

import pytest

from core.model_manifest import OF_RUN, Validations, lost_on_validation


def validation(*returns: float, sharpe: float | None = -0.42) -> dict[str, Any]:
    seen = Validations()
    for each in returns:
        seen = seen.with_one(each)
    return {"sharpe": sharpe, OF_RUN: seen.as_record()}


def test_a_run_that_lost_in_every_validation_is_named_in_both_languages():
    said = lost_on_validation(validation(*[-1.0] * 25))
    assert said == (
        "Every validation of this model lost money (25 of 25, best Sharpe -0.42): never trading "
        "was better than all 25."
    )
    assert said.in_("pt").startswith("Todas as validações deste modelo perderam dinheiro")


def test_a_single_validation_that_lost_is_named_in_the_singular():
    said = lost_on_validation(validation(-1.0))
    assert said == (
        "The only validation of this model lost money (Sharpe -0.42): never trading was better."
    )


def test_validations_without_a_trade_are_no_losses_but_beat_nothing():
    said = lost_on_validation(validation(-1.0, 0.0, -0.1))
    assert said is not None
    assert "(2 of 3 lost, best Sharpe -0.42, the others did not trade)" in said
    assert lost_on_validation(validation(0.0, 0.0, sharpe=None)) is None


@pytest.mark.parametrize("returns", [(0.01,), (-5.0, 0.01, -5.0), ()])
def test_one_validation_that_earned_money_or_none_at_all_is_no_warning(returns):
    assert lost_on_validation(validation(*returns)) is None


@pytest.mark.parametrize(
    "earlier",
    [
        None,
        {},
        {"sharpe": -0.42, "return_pct": -3.0},
        {"sharpe": -0.42, OF_RUN: "25 of 25"},
        {"sharpe": -0.42, OF_RUN: {"count": 25}},
    ],
)
def test_of_a_model_without_the_count_nothing_is_claimed(earlier):
    assert Validations.read(earlier) is None
    assert lost_on_validation(earlier) is None
