"""What the forecast of a decision takes off for selection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.trading.selection import Selection, luck_of_best

if TYPE_CHECKING:
    from core.decision.recipe import RecipeRecord
    from core.trading.grade import Evidence
    from core.trading.multiplicity import Multiplicity

_NORMAL_975 = 1.959963984540054


def selection_of(
    evidence: Evidence, recipe: RecipeRecord | None, multiplicity: Multiplicity | None
) -> Selection | None:
    """The luck premium of a sweep that judges the model, else that of the counted trials.

    None: nothing was selected, or the record has no Sharpe.
    """
    if recipe is not None and recipe.as_good is not None and recipe.luck_premium is not None:
        low, high = recipe.interval or (0.0, 0.0)
        error = (high - low) / 2.0 / _NORMAL_975
        return Selection(
            basis="sweep",
            candidates=recipe.tries,
            sharpe=max(recipe.luck_premium, 0.0),
            error=error,
        )
    counts, expected = evidence.n_trials, evidence.expected_best_sharpe
    sharpe, independent = evidence.sharpe_hourly, evidence.effective_bars
    if counts is None or counts.used < 2 or expected is None or sharpe is None or not independent:
        return None
    # The spread of a few says little of the many.
    told = multiplicity is not None and 2 * multiplicity.candidates >= counts.used
    variance = multiplicity.sharpe_variance if multiplicity is not None and told else None
    luck = luck_of_best(expected, sharpe, independent, variance)
    return Selection(basis="trials", candidates=counts.used, sharpe=luck)
