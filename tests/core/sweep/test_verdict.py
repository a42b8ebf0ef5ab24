"""What a person reads first of a sweep's tries."""

from __future__ import annotations

import numpy as np

from core.language import Message
from core.sweep.recipe import Recipe, Try
from core.sweep.verdict import Verdict
from core.vocabulary import Decision
from tests.core.sweep.test_recipe import GATES, recipe_of

DIVERGED = Try(99, 0, dict.fromkeys(GATES), frozenset(), Decision.NO_GO)


def said(recipe: Recipe, sharpe: float | None = None) -> str:
    return str(Verdict(recipe, sharpe).sentence())


def test_the_sentence_that_a_cto_reads() -> None:
    recipe = recipe_of([0.1 * each for each in range(-3, 17)])  # -0.3 to 1.6
    assert said(recipe, 1.55) == (
        "This recipe gives a GO in 7 of 20 tries. The chosen model would be number 2 among 20"
        " siblings. Expect Sharpe 0.65, not 1.55."
    )
    assert "Sharpe 0.20 is not above the recipe's 0.65" in said(recipe, 0.2)


def test_an_outlier_is_above_all_its_siblings() -> None:
    recipe = recipe_of([0.1 * each for each in range(20)])
    best, inside = recipe.standing(2.5), recipe.standing(1.55)
    assert best is not None
    assert (best.rank, best.outlier) == (1, True)
    assert inside is not None
    assert (inside.rank, inside.outlier) == (5, False)
    assert said(recipe, 2.5).count("better than all 20 of its siblings") == 1
    assert "worse than all 20 of its siblings" in said(recipe, -1.0)


def test_a_tie_is_no_victory() -> None:
    recipe = recipe_of([0.5] * 8)
    standing = recipe.standing(0.5)
    assert standing is not None
    assert (standing.rank, standing.level, standing.outlier) == (5, 8, None)
    assert "would be number 5 among 8 siblings. 8 siblings have exactly" in said(recipe, 0.5)
    shared_first = said(recipe_of([0.1, 0.2, 0.3, 0.4, 0.9]), 0.9)
    assert "number 1.5 among 5 siblings. 1 sibling has exactly its Sharpe." in shared_first
    shared_last = said(recipe_of([0.1, 0.2, 0.3, 0.4, 0.9]), 0.1)
    assert "number 5.5 among 5" in shared_last


def test_below_nineteen_siblings_nobody_knows_an_outlier() -> None:
    few, enough = recipe_of([0.1] * 18), recipe_of([0.1] * 19)
    for recipe, known in ((few, None), (enough, True)):
        standing = recipe.standing(9.0)
        assert standing is not None
        assert standing.outlier is known
    assert "an outlier is not known below 19 siblings" in said(few, 9.0)


def test_an_ordinary_seed_is_an_outlier_in_one_of_twenty_recipes_at_most() -> None:
    random = np.random.default_rng(5)
    for siblings in (5, 18, 19, 20, 38, 39, 60):
        drawn = random.normal(size=(2000, siblings + 1))
        # A quarter of the recipes gives the same Sharpe with several seeds: ties.
        drawn[:500] = np.round(drawn[:500], 1)
        found = 0
        for chosen, *others in drawn.tolist():
            standing = recipe_of(others).standing(chosen)
            assert standing is not None
            found += standing.outlier is True
        assert found <= 0.05 * 2000 + 2 * 9.7  # two standard errors of 2,000 recipes
        assert (found > 0) == (siblings >= 19)


def test_siblings_without_a_sharpe_are_named() -> None:
    words = said(recipe_of([0.1, 0.2, None, None, None, None, None, None]), 0.9)
    assert "better than all 2 siblings that have a Sharpe." in words
    assert "6 siblings have no Sharpe and no rank." in words
    assert "of its siblings" not in words


def test_one_seed_says_nothing_of_luck() -> None:
    assert said(recipe_of([1.9]), 1.9) == (
        "This recipe gives a GO in 1 of 1 try. One seed says nothing of luck: try at least 5."
    )
    assert recipe_of([1.9]).standing(1.9) is None


def test_crashed_tries_are_said_and_not_counted() -> None:
    recipe = recipe_of([0.5] * 6, failed=2)
    assert (recipe.planned, recipe.scored, recipe.open) == (8, 6, 0)
    assert said(recipe).endswith("2 tries crashed and are not counted.")


def test_diverged_tries_are_tries_of_no_gate() -> None:
    own = (*recipe_of([1.2] * 5).own, *[DIVERGED] * 3)
    recipe = Recipe(own, (), 0, 0, 8)
    assert "GO in 5 of 8 tries. 3 of them diverged and are no GO." in said(recipe)
    shares = {each.gates: each for each in recipe.shares(6)}
    assert (shares[6].tries, shares[6].share, shares[0].tries) == (5, 5 / 8, 3)
    assert "crashed" not in said(recipe)


def test_failures_of_the_folds_are_none_of_the_own_split() -> None:
    recipe = Recipe(recipe_of([1.2] * 8).own, (), 0, 8, 16)
    assert recipe.open == 0
    assert said(recipe) == "This recipe gives a GO in 8 of 8 tries."


def test_another_playbooks_tries_say_so_first_and_rank_nothing() -> None:
    verdict = Verdict(recipe_of([1.2] * 6), 1.5, other_playbook=True)
    assert str(verdict.sentence()) == (
        "This sweep was of another playbook than the week's."
        " That recipe gives a GO in 6 of 6 tries."
    )
    assert verdict.standing() is None


def test_tries_of_other_steps_are_not_called_therecipe_ofs() -> None:
    apart = Message("The tries were trained for 5,000 steps each, the model for 500,000.")
    verdict = Verdict(recipe_of([0.2] * 6), 1.5, steps=5_000, apart=apart)
    assert str(verdict.sentence()) == (
        f"With 5,000 steps each, not the playbook's, 0 of 6 tries give a GO. {apart}"
    )
    assert verdict.standing() is None
