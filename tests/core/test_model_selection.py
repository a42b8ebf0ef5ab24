"""Never trading as a candidate beside the validations of a training run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.model_manifest import Validations, selected_on_validation
from core.model_selection import MOST_LISTED, Validated, candidates, rank


def validation(*models: tuple[float, float | None]) -> dict[str, Any]:
    """Of models at 1,000, 2,000 … steps, each with return and Sharpe."""
    seen = Validations()
    for number, (earned, sharpe) in enumerate(models, start=1):
        seen = seen.with_one(earned, sharpe, 1_000 * number)
    return json.loads(json.dumps({"sharpe": None, **seen.in_manifest()}))


def steps(found: dict[str, Any]) -> list[int | None]:
    return [each.step for each in candidates(found)]


def test_models_that_earned_money_come_first_then_never_trading_then_the_others():
    found = validation((-1.0, -0.4), (2.0, 0.5), (1.0, 0.9), (-3.0, -2.0), (0.0, None))
    assert steps(found) == [3_000, 2_000, None, 1_000, 4_000, 5_000]
    assert candidates(found)[2] == Validated(None, 0.0, None)
    said = selected_on_validation(found)
    assert said is not None
    assert said.startswith("Selected on validation: Step 3,000, the best of 5 validations.")
    assert said.in_("pt").startswith("Escolhido na validação: Passo 3.000, o melhor")


def test_a_model_that_lost_money_is_below_one_that_earned_whatever_its_sharpe():
    """An arithmetic mean above 0 can go with a loss."""
    assert rank(0.1, 0.2) > rank(-0.1, 0.3) > rank(-5.0, -1.0) > rank(0.0, None)
    assert steps(validation((-0.1, 0.3), (0.1, 0.2))) == [2_000, None, 1_000]


def test_where_every_model_lost_never_trading_is_first_and_the_verdict_says_so():
    found = validation((-1.0, -0.4), (-2.0, -0.9), (-0.5, -0.2))
    assert steps(found) == [None, 3_000, 1_000, 2_000]
    said = selected_on_validation(found)
    assert said is not None
    assert said.startswith("Never trading was better than all 3 validations.")
    assert said.in_("pt").startswith("Não operar foi melhor do que todas as 3 validações.")
    assert "better than the only validation" in str(selected_on_validation(validation((-1.0, -1))))


def test_a_model_that_never_traded_is_as_good_as_never_trading_and_not_better():
    said = selected_on_validation(validation((-1.0, -0.4), (0.0, None)))
    assert said is not None
    assert said.startswith("None of the 2 validations was better than never trading.")


def test_of_equal_models_the_earlier_is_first():
    assert steps(validation((1.0, 0.5), (1.0, 0.5))) == [1_000, 2_000, None]


def test_a_long_run_lists_its_best_validations_and_counts_all():
    found = validation(*[(-1.0, -n / 100) for n in range(1, 81)])
    assert len(candidates(found)) == MOST_LISTED + 1
    assert steps(found)[1] == 1_000
    assert str(selected_on_validation(found)).startswith("Never trading was better than all 80 ")


def test_validations_that_an_earlier_version_only_counted_are_not_listed_in_part():
    earlier = Validations(5, 4, beat_never_trading=True)
    found = earlier.with_one(-1.0, -0.4, 6_000).in_manifest()
    counts = {"count": 6, "lost": 5, "beat_never_trading": True, "steps": [6_000]}
    assert found == {"of_run": counts}
    assert candidates(found) == ()
    assert selected_on_validation(found) is None


@pytest.mark.parametrize(
    "damaged",
    [None, {}, {"candidates": "x"}, {"candidates": [1, {"step": "a"}]}, {"candidates": []}],
)
def test_of_a_manifest_without_the_list_nothing_is_claimed(damaged):
    assert candidates(damaged) == ()
    assert selected_on_validation(damaged) is None


def test_the_list_reads_back():
    found = validation((-1.0, -0.4), (2.0, 0.5))
    again = Validations.read(found)
    assert again is not None
    assert again.in_manifest() == {name: found[name] for name in ("of_run", "candidates")}


def test_a_step_validated_again_after_a_resume_counts_once_with_the_better():
    seen = Validations()
    for step, earned, sharpe in (
        (1_000, -1.0, -0.4),
        (2_000, -2.0, -0.9),
        (2_000, 0.5, 0.2),  # the killed attempt had validated it, too
        (1_000, -3.0, -1.0),
        (3_000, -1.0, -0.5),
    ):
        seen = seen.with_one(earned, sharpe, step)
        seen = Validations.read(seen.in_manifest()) or seen  # each attempt reads the manifest
    assert (seen.count, seen.lost, seen.beat_never_trading) == (3, 2, True)
    assert [(each.step, each.sharpe) for each in seen.listed] == [
        (2_000, 0.2),
        (1_000, -0.4),
        (3_000, -0.5),
    ]
    assert str(selected_on_validation(seen.in_manifest())).startswith(
        "Selected on validation: Step 2,000, the best of 3 validations"
    )


def test_a_step_beyond_the_list_that_is_validated_again_counts_once():
    seen = Validations()
    for step in range(1, 81):
        seen = seen.with_one(-1.0, -step / 100, 1_000 * step)
    again = seen.with_one(-1.0, -0.8, 80_000)
    assert (again.count, again.lost, again.listed) == (80, 80, seen.listed)
    better = seen.with_one(1.0, 0.8, 80_000)
    assert (better.count, better.lost, better.listed[0].step) == (80, 79, 80_000)


def test_a_manifest_of_an_earlier_version_knows_the_steps_that_it_lists():
    found = validation((-1.0, -0.4), (2.0, 0.5))
    del found["of_run"]["steps"]
    earlier = Validations.read(found)
    assert earlier is not None
    assert earlier.with_one(-1.0, -0.4, 1_000).count == 2
    assert earlier.with_one(-1.0, -0.4, 3_000).count == 3
