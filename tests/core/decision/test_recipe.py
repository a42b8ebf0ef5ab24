"""The recipe's verdict in a decision: which sweep counts, and what it does to the grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from core.decision.recipe import RecipeRecord, Siblings, of_recipe, recipe_record, tries_since
from core.language import literal
from core.playbook import default_playbook_text, parse_playbook
from core.report.memo_text import memo_text
from core.sweep.record import Sweep, Trial
from core.sweep.siblings import Made
from core.trading.evidence import Integrity, OfRecipe, Skill, graded_evidence
from core.trading.multiplicity import Multiplicity
from core.vocabulary import Decision, EvidenceGrade, JobState
from tests.core.backtest_records import decision_of, record, schema_validator
from tests.core.sweep.test_recipe import GATES

RECIPE = parse_playbook(default_playbook_text(), "default").training
MADE = Made("p" * 64, "b" * 64, "t" * 64, RECIPE.total_steps, {"learning_rate": 3e-4})
AT = datetime(2026, 2, 23, tzinfo=UTC)


class Card:
    """A score card with this Sharpe."""

    def __init__(self, sharpe: float | None, passed: int) -> None:
        self.passed, self.value = passed, sharpe

    def gate(self, _: str) -> Card:
        return self


def trial(seed: int, sharpe: float | None, passed: int) -> Trial:
    gates = tuple(
        {"id": name, "value": sharpe, "passed": number < passed}
        for number, name in enumerate(GATES)
    )
    decision = Decision.GO if passed == 6 else Decision.NO_GO
    return Trial(
        f"trial-{seed}", seed, 0, JobState.SUCCEEDED, literal(""), 1, AT, AT, decision, gates
    )


def sweep(*trials: Trial, name: str = "sweep-1", **other: Any) -> Sweep:
    fields: dict[str, Any] = {
        "steps": None,
        "playbook_sha256": "p" * 64,
        "train_sha256": "t" * 64,
        "backtest_sha256": "b" * 64,
    }
    seeds = tuple(each.seed for each in trials)
    people: dict[str, Any] = dict.fromkeys(("stopped_by", "stopped_at", "resumed_at"))
    return Sweep(
        id=name, week_id="w", seeds=seeds, folds=({"number": 0},), by="Lea", at=AT, trials=trials,
        **people, **(fields | other),
    )  # fmt: skip


def spread_out(go: int = 7) -> list[Trial]:
    """Twenty tries with the Sharpe ratios 0.0, 0.1, ...; the last ones are a GO."""
    return [trial(n, 0.1 * n, 6 if n >= 20 - go else 3) for n in range(20)]


def judged(
    *sweeps: Sweep,
    sharpe: float | None = 1.0,
    passed: int = 6,
    made: Made = MADE,
    tried: Any = None,
) -> RecipeRecord:
    card: Any = Card(sharpe, passed)
    return recipe_record(Siblings(sweeps, made, RECIPE, tried or {}), card)


def test_without_a_sweep_it_says_so_and_no_rule_is_added() -> None:
    found = judged()
    assert found.state == "not tried"
    assert "was not tried" in found.verdict
    assert of_recipe(found, Multiplicity(candidates=4, dsr_measured=0.1)) == OfRecipe()
    assert of_recipe(None, None) == OfRecipe()


def test_an_ordinary_model_is_no_outlier_and_an_outlier_is_measured() -> None:
    inside, best = judged(sweep(*spread_out())), judged(sweep(*spread_out()), sharpe=2.5)
    assert (inside.state, inside.tries, inside.go, inside.outlier) == ("tried", 20, 7, False)
    assert (best.rank, best.outlier) == (1, True)
    assert best.as_good == pytest.approx(1 / 21)
    assert "outlier of its own recipe" in best.verdict
    assert of_recipe(best, None) == OfRecipe(1 / 21, 0.05, expected=best.expected)
    assert best.expected == pytest.approx(0.95)


def test_the_lucky_seed_of_a_sweep_is_no_sibling_of_itself() -> None:
    lucky = replace(MADE, settings={"seed": 19})
    found = judged(sweep(*spread_out()), sharpe=1.9, made=lucky)
    assert (found.tries, found.siblings, found.rank, found.outlier) == (20, 19, 1, True)
    assert "better than all 19" in found.verdict
    assert "its own seed 19 is no sibling" in found.verdict
    assert of_recipe(found, None) == OfRecipe(1 / 20, 0.05, expected=found.expected)
    assert found.expected == pytest.approx(0.9)
    longer = replace(lucky, steps=9_000)
    apart = judged(sweep(*spread_out()), sharpe=1.9, made=longer)
    assert apart.state == "other recipe"


def test_a_go_that_no_sibling_gives_is_an_outlier_by_its_sharpe_alone() -> None:
    found = judged(sweep(*spread_out(go=0)), sharpe=1.0)
    assert (found.go, found.outlier) == (0, False)
    assert judged(sweep(*spread_out(go=0)), sharpe=2.5, passed=3).outlier is True


def test_the_second_best_of_many_is_an_outlier_too() -> None:
    many = [trial(n, 0.01 * n, 6) for n in range(59)]
    assert judged(sweep(*many), sharpe=0.565).outlier is True  # third of 60
    assert judged(sweep(*many), sharpe=0.555).outlier is False  # fourth


def test_tries_that_were_open_are_recorded_and_said() -> None:
    part = replace(sweep(*spread_out()[:5]), seeds=tuple(range(20)))
    found = judged(part)
    assert (found.tries, found.planned, found.open) == (5, 20, 15)
    assert "GO in 0 of 5 tries. 15 of 20 tries have not ended." in found.verdict
    assert judged(sweep(*spread_out())).open == 0
    decided = decision_of(record(), siblings=Siblings((part,), MADE, RECIPE))
    assert "15 of 20 tries have not ended." in " ".join(memo_text(decided).split())
    schema_validator().validate(decided.as_dict())


def test_tries_that_end_after_the_decision_are_counted_by_their_ends_not_the_sweeps_start() -> None:
    part = replace(sweep(*spread_out()[:5]), seeds=tuple(range(20)))
    whole, known = sweep(*spread_out()), judged(part)
    assert tries_since(known, AT, part) == 0
    assert tries_since(known, AT, whole) == 15
    # Of another sweep, or for an older decision: by the time of the last end.
    other = sweep(*spread_out(), name="sweep-2")
    assert tries_since(known, AT - timedelta(minutes=1), other) == 20
    assert tries_since(known, AT + timedelta(minutes=1), other) == 0
    assert tries_since(None, AT + timedelta(minutes=1), other) == 0


def test_few_tries_judge_nothing() -> None:
    found = judged(sweep(*spread_out()[-4:]), sharpe=9.0)
    assert (found.tries, found.outlier, found.as_good) == (4, None, None)
    assert "So few seeds" in found.verdict
    assert of_recipe(found, None) == OfRecipe()


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"playbook_sha256": "q" * 64}, "of another playbook"),
        ({"backtest_sha256": "c" * 64}, "on other backtest candles"),
        ({"train_sha256": "u" * 64}, "trained on other candles"),
        ({"steps": 5_000}, "5,000 steps each, the model for 500,000"),
    ],
)
def test_a_sweep_of_another_recipe_does_not_count_and_says_why(
    other: dict[str, Any], why: str
) -> None:
    found = judged(sweep(*spread_out(), **other), sharpe=9.0)
    assert (found.state, found.sweep, found.outlier) == ("other recipe", None, None)
    assert why in found.verdict


def test_a_comment_or_the_seed_in_the_playbook_makes_no_other_recipe() -> None:
    changed = RECIPE.model_copy(update={"seed": 19, "lowered_learning_rate": 5e-5})
    found = judged(
        sweep(*spread_out(), playbook_sha256="q" * 64), sharpe=2.5, tried={"q" * 64: changed}
    )
    assert (found.state, found.tries, found.outlier) == ("tried", 20, True)
    other = RECIPE.model_copy(update={"gamma": 0.9})
    found = judged(sweep(*spread_out(), playbook_sha256="q" * 64), tried={"q" * 64: other})
    assert found.state == "other recipe"
    assert "gamma 0.98, the tries with 0.9" in found.verdict


@pytest.mark.parametrize("own", [0, 2])
def test_tries_of_another_recipe_alone_cap_the_grade(own: int) -> None:
    longer = replace(MADE, steps=500_001)
    again = sweep(*spread_out()[:own], steps=500_001, name="sweep-2")
    found = judged(again, sweep(*spread_out()), sharpe=1.9, made=longer)
    assert (found.state, found.others) == ("tried" if own else "other recipe", 20)
    assert of_recipe(found, None) == OfRecipe(other=True)
    days = np.random.default_rng(1).normal(0.001, 0.004, 9_000)
    grades = [
        graded_evidence(
            days, 500, skill=Skill(99.9, 1.0, 1.0), integrity=Integrity(True, True, True),
            recipe=each,
        )
        for each in (None, of_recipe(found, None))
    ]  # fmt: skip
    assert [each.grade for each in grades] == [EvidenceGrade.STRONG, EvidenceGrade.ADEQUATE]
    assert "Only another recipe was tried" in str(grades[1].reasons)


def test_a_sweep_of_another_recipe_without_a_result_holds_nothing_against_it() -> None:
    assert judged(sweep(steps=5_000)).state == "not tried"


def test_a_model_whose_learning_rate_was_lowered_is_of_another_recipe() -> None:
    lowered = replace(MADE, settings={"learning_rate": 1e-4})
    found = judged(sweep(*spread_out()), made=lowered)
    assert "learning_rate 0.0001, the tries with 0.0003" in found.verdict


def test_tries_with_the_models_own_steps_are_its_siblings() -> None:
    short = replace(MADE, steps=5_000)
    found = judged(sweep(*spread_out(), steps=5_000), sharpe=2.5, made=short)
    assert (found.state, found.outlier) == ("tried", True)


def test_the_sweep_with_the_most_tries_counts_not_a_newer_one_that_was_stopped() -> None:
    newer = sweep(*spread_out()[:6], name="sweep-2")
    assert judged(newer, sweep(*spread_out()), sharpe=2.5).sweep == "sweep-1"


def test_the_measured_variance_counts_only_with_a_sweep() -> None:
    found = judged(sweep(*spread_out()))
    assert of_recipe(found, Multiplicity(candidates=9, tries=8, dsr_measured=0.4)).dsr == 0.4
    assert of_recipe(found, Multiplicity(candidates=9, dsr_measured=0.4)).dsr is None


def test_file_and_memo_have_the_verdict_in_both_languages() -> None:
    decided = decision_of(record(), siblings=Siblings((sweep(*spread_out()),), MADE, RECIPE))
    fields = decided.as_dict()
    schema_validator().validate(fields)
    assert fields["recipe"]["verdict"].startswith("This recipe gives a GO in 7 of 20 tries.")
    for language, begin in (
        ("en", "This recipe gives a GO in 7"),
        ("pt", "Esta receita dá GO em 7"),
    ):
        assert begin in " ".join(memo_text(decided, language).split())


def test_a_memo_without_a_sweep_says_that_the_recipe_was_not_tried() -> None:
    decided = decision_of(record(), siblings=Siblings((), MADE, RECIPE))
    assert "The recipe was not tried" in memo_text(decided)
    untouched = decision_of(record())
    assert decided.evidence == untouched.evidence
    assert untouched.recipe is None
