"""Whether a revalidation would trust a model: a GO whose evidence is not doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.decision.skill import skill_sections
from core.gates import score
from core.sweep.recipe import FEWEST_TRIES, ORDINARY, Recipe, Try
from core.trading.evidence import Integrity, OfRecipe, Skill, Trials, graded_evidence
from core.trading.multiplicity import multiplicity
from core.vocabulary import DOUBTFUL_GRADES, Decision, EvidenceGrade

if TYPE_CHECKING:
    from core.playbook import Playbook
    from tests.benchmarks.recipe.worlds import Tried

SOUND = Integrity(lookahead=True, repeats=True, unseen=True)
_LUCKIEST = Skill(random_percentile=100.0, free_bars=1.0, excess_sharpe=1.0)


def best_of(tried: Tried, among: range) -> int:
    """The one that a person would pick: the most gates, then the highest Sharpe."""
    return max(
        among,
        key=lambda one: (_passed(tried, one), tried.sharpes[one] or -np.inf),
    )


def _passed(tried: Tried, one: int) -> int:
    return sum(gate.passed for gate in tried.outcomes[one].gates.values())


def of_sweep(tried: Tried, one: int, siblings: range) -> OfRecipe:
    """What a sweep of the siblings adds to the evidence of one model, itself none of them."""
    others = [each for each in siblings if each != one]
    own = tuple(
        Try(each, 0, {"sharpe": tried.sharpes[each]}, frozenset(), tried.outcomes[each].decision)
        for each in others
    )
    standing = Recipe(own, (), 0, 0, len(own)).standing(tried.sharpes[one])
    found = multiplicity(tried.returns[:, one], tried.returns[:, others], {}, 1, tries=len(others))
    if standing is None or standing.siblings < FEWEST_TRIES:
        return OfRecipe(dsr=found.dsr_measured)
    expected = standing.sharpe - standing.premium
    return OfRecipe(standing.as_good, ORDINARY, found.dsr_measured, expected=expected)


def grade(
    tried: Tried,
    one: int,
    playbook: Playbook,
    trials: int = 1,
    siblings: range | None = None,
) -> EvidenceGrade:
    """The evidence grade of one model.

    Hundreds of random policies are replayed only where the grade hangs on them.

    :param siblings: of a sweep that its grade knows of; None: there was none.
    """
    settings, counted = playbook.revalidation, Trials(trials)
    record = tried.record(one)
    year = settings.bars_per_year
    given = (record.returns, len(record.trades), year, settings, counted)
    hopeful = graded_evidence(*given, _LUCKIEST, SOUND).grade
    if hopeful in DOUBTFUL_GRADES:
        return hopeful
    swept = None if siblings is None else of_sweep(tried, one, siblings)
    hopeful = graded_evidence(*given, _LUCKIEST, SOUND, swept).grade
    if hopeful in DOUBTFUL_GRADES:
        return hopeful
    card = score(record.equity, record.trades, playbook.gates, playbook.decision, year)
    return skill_sections(record, card, playbook, counted, SOUND, swept).evidence.grade


def trusted(
    tried: Tried,
    one: int,
    playbook: Playbook,
    trials: int = 1,
    siblings: range | None = None,
) -> bool:
    """Whether it is a GO of the grade ADEQUATE or STRONG."""
    if tried.outcomes[one].decision is not Decision.GO:
        return False
    return grade(tried, one, playbook, trials, siblings) not in DOUBTFUL_GRADES
