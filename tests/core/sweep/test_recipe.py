"""What the tries of a recipe say together."""

from __future__ import annotations

from core.sweep.recipe import Recipe, Try
from core.vocabulary import Decision

GATES = (
    "sharpe",
    "max_drawdown_pct",
    "win_rate_pct",
    "profit_factor",
    "consecutive_losses",
    "calmar",
)


def _try(seed: int, sharpe: float | None, passed: int, fold: int = 0) -> Try:
    decision = Decision.GO if passed == 6 else Decision.PARTIAL if passed >= 4 else Decision.NO_GO
    return Try(seed, fold, {"sharpe": sharpe}, frozenset(GATES[:passed]), decision)


def _recipe(sharpes: list[float | None], failed: int = 0) -> Recipe:
    own = tuple(
        _try(seed, value, 6 if (value or 0) >= 1 else 3) for seed, value in enumerate(sharpes)
    )
    return Recipe(own, (), failed, planned=len(own) + failed)


def test_the_sentence_that_a_cto_reads() -> None:
    recipe = _recipe([0.1 * each for each in range(-3, 17)])  # -0.3 to 1.6
    assert str(recipe.sentence(1.55)) == (
        "This recipe gives a GO in 7 of 20 tries. The chosen model would be number 2 among 20"
        " siblings. Expect Sharpe 0.65, not 1.55."
    )
    assert "Sharpe 0.20 is not above the recipe's 0.65" in str(recipe.sentence(0.2))


def test_an_outlier_is_above_all_its_siblings() -> None:
    recipe = _recipe([0.1 * each for each in range(20)])
    best, inside = recipe.standing(2.5), recipe.standing(1.5)
    assert best is not None
    assert (best.rank, best.outlier) == (1, True)
    assert inside is not None
    assert (inside.rank, inside.outlier) == (5, False)
    assert str(recipe.sentence(2.5)).count("better than all 20") == 1


def test_one_seed_says_nothing_of_luck() -> None:
    said = str(_recipe([1.9]).sentence(1.9))
    assert said == (
        "This recipe gives a GO in 1 of 1 try. One seed says nothing of luck: try at least 5."
    )
    assert _recipe([1.9]).standing(1.9) is None


def test_crashed_tries_are_said_and_not_counted() -> None:
    recipe = _recipe([0.5] * 6, failed=2)
    assert recipe.planned == 8
    assert recipe.scored == 6
    assert recipe.open == 0
    assert str(recipe.sentence(None)).endswith("2 tries crashed and are not counted.")


def test_shares_count_every_number_of_gates() -> None:
    shares = _recipe([1.2, 1.3, 0.1, 0.2]).shares(6)
    assert [(each.gates, each.tries) for each in shares if each.tries] == [(3, 2), (6, 2)]
    assert sum(each.share for each in shares) == 1
    assert all(each.interval.low <= each.share <= each.interval.high for each in shares)


def test_folds_and_the_own_split_are_not_mixed() -> None:
    folds = (_try(0, 5.0, 6, fold=1), _try(1, 6.0, 6, fold=1))
    recipe = Recipe((_try(0, 0.0, 3), _try(1, 1.0, 6)), folds, 0, 4)
    assert recipe.spread("sharpe", own=True).iqm == 0.5
    assert recipe.spread("sharpe", own=False).iqm == 5.5
    assert recipe.go() == 1
