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


def recipe_of(sharpes: list[float | None], failed: int = 0) -> Recipe:
    own = tuple(
        _try(seed, value, 6 if (value or 0) >= 1 else 3) for seed, value in enumerate(sharpes)
    )
    return Recipe(own, (), failed, 0, planned=len(own) + failed)


def test_shares_count_every_number_of_gates() -> None:
    shares = recipe_of([1.2, 1.3, 0.1, 0.2]).shares(6)
    assert [(each.gates, each.tries) for each in shares if each.tries] == [(3, 2), (6, 2)]
    assert sum(each.share for each in shares) == 1
    assert all(each.interval.low <= each.share <= each.interval.high for each in shares)


def test_folds_and_the_own_split_are_not_mixed() -> None:
    folds = (_try(0, 5.0, 6, fold=1), _try(1, 6.0, 6, fold=1))
    recipe = Recipe((_try(0, 0.0, 3), _try(1, 1.0, 6)), folds, 0, 0, 4)
    assert recipe.spread("sharpe", own=True).iqm == 0.5
    assert recipe.spread("sharpe", own=False).iqm == 5.5
    assert recipe.go() == 1
