"""The evidence grade: how strongly a record shows skill rather than luck."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from core.metrics.conventions import HOURS_PER_YEAR
from core.metrics.ratios import lag1_autocorrelation
from core.metrics.returns import days
from core.playbook import RevalidationSettings
from core.trading.grade import Evidence, Rule, TrialCounts, reasons_of
from core.trading.significance import (
    Moments,
    deflated_sharpe,
    expected_best,
)
from core.vocabulary import EvidenceGrade

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from core.json_model import Number
    from core.trading.candidates import Candidate


@dataclass(frozen=True)
class Trials:
    """How many trials the judged record was selected from.

    :ivar counted: candidates scored over all weeks of the home, by the ledger.
    :ivar declared: number declared by the lead, including trials elsewhere; never fewer.
    :ivar of_week: those of the judged week alone; None if unknown.
    :ivar candidates: those that are counted, one by one; empty: not listed.
    """

    counted: int = 1
    declared: int | None = None
    of_week: int | None = None
    candidates: tuple[Candidate, ...] = ()

    @property
    def used(self) -> int:
        """The number that DSR is computed with."""
        return max(self.counted, self.declared or 0, 1)

    def record(self) -> TrialCounts:
        """The record of them in a report."""
        counts = TrialCounts(
            counted=self.counted, declared=self.declared, of_week=self.of_week, used=self.used
        )
        if not self.candidates:
            return counts
        return counts.model_copy(update={"candidates": self.candidates})


@dataclass(frozen=True)
class Skill:
    """Comparison with the baselines; None: not computed, which meets no rule.

    :ivar random_percentile: share of the random policies with a lower Sharpe, percent.
    :ivar excess_sharpe: over buy and hold at the agent's mean exposure.
    :ivar free_bars: share of the bars on which a random policy can differ from the agent.
    """

    random_percentile: float | None = None
    excess_sharpe: float | None = None
    free_bars: float | None = None


@dataclass(frozen=True)
class OfRecipe:
    """What a sweep of the model's recipe adds to the evidence.

    :ivar as_good: share of the tries, the model included, that are at least as good; None: it was not
        tried, or too few times.
    :ivar limit: an outlier of its recipe is at most here.
    :ivar dsr: deflated Sharpe ratio with the variance that the sweep's tries show; None: not measured.
    :ivar expected: annual Sharpe that the recipe gives, the IQM of the model's siblings; None: too few.
    :ivar other: there are tries, but of another recipe: nobody knows whether it is an outlier.
    """

    as_good: float | None = None
    limit: float = 0.0
    dsr: float | None = None
    other: bool = False
    expected: float | None = None


@dataclass(frozen=True)
class Integrity:
    """Whether the record can be relied on; None: not checked.

    :ivar lookahead: no future data was used: all look-ahead tests passed.
    :ivar repeats: the same inputs gave the same numbers again.
    :ivar unseen: no scored bar is in the training range.
    """

    lookahead: bool | None = None
    repeats: bool | None = None
    unseen: bool | None = None


class _Figures(NamedTuple):
    """Of the Sharpe ratio; None where it is undefined."""

    psr0: float | None = None
    psr1: float | None = None
    dsr: float | None = None
    expected_best_sharpe: float | None = None  # annual
    min_trl_days: float | None = None
    sharpe_hourly: float | None = None  # annual


def graded_evidence(
    returns: np.ndarray,
    trades: int | None,
    bars_per_year: int = HOURS_PER_YEAR,
    settings: RevalidationSettings | None = None,
    trials: Trials | None = None,
    skill: Skill | None = None,
    integrity: Integrity | None = None,
    recipe: OfRecipe | None = None,
) -> Evidence:
    """Grade a record by the playbook's rules.

    INSUFFICIENT if it is too small or one of its checks failed; STRONG or ADEQUATE if it
    meets all rules of that grade and of those below; else WEAK. A record with a check
    that was never run is WEAK at best. An outlier of its own recipe, and one of a
    recipe beside others that were tried, is ADEQUATE at best; without a try nothing changes.

    :param returns: per bar, net.
    :param trades: closed round trips; None (unknown) counts as too few.
    """
    settings = settings or RevalidationSettings()
    trials, skill = trials or Trials(), skill or Skill()
    window = days(len(returns), bars_per_year)
    moments = Moments.of(returns)
    figures = _figures(moments, trials, bars_per_year)
    rules = [
        *_checks(integrity or Integrity()),
        *_rules(settings, trades, window, figures, skill),
        *_of_recipe(settings, recipe or OfRecipe(), moments, bars_per_year),
    ]
    graded = Evidence(
        grade=_grade(rules),
        reasons=(),
        psr0=figures.psr0,
        psr1=figures.psr1,
        dsr=figures.dsr,
        expected_best_sharpe=figures.expected_best_sharpe,
        min_trl_days=figures.min_trl_days,
        days=window,
        trades=trades,
        sharpe_hourly=figures.sharpe_hourly,
        lag1=lag1_autocorrelation(returns),
        effective_bars=None if moments is None else moments.independent,
        have_days=window,
        n_trials=trials.record(),
        random_percentile=skill.random_percentile,
        free_bars=skill.free_bars,
        excess_sharpe=skill.excess_sharpe,
        rules=tuple(rules),
    )
    return graded.model_copy(update={"reasons": reasons_of(graded)})


def _figures(moments: Moments | None, trials: Trials, bars_per_year: int) -> _Figures:
    if moments is None:
        return _Figures()
    year = math.sqrt(bars_per_year)
    best = expected_best(trials.used, 1.0 / (moments.independent - 1.0))
    needed = moments.track_record(0.0)
    return _Figures(
        psr0=moments.psr(0.0),
        psr1=moments.psr(1.0 / year),
        dsr=deflated_sharpe(moments, trials.used),
        expected_best_sharpe=best * year,
        min_trl_days=None
        if needed is None or not math.isfinite(needed)
        else days(needed, bars_per_year),
        sharpe_hourly=moments.sharpe * year,
    )


def _rule(
    name: str,
    grade: Literal[EvidenceGrade.STRONG, EvidenceGrade.ADEQUATE, EvidenceGrade.WEAK],
    value: Number | None,
    op: Literal[">=", ">"],
    limit: Number,
) -> Rule:
    """One rule, applied. None doesn't meet it."""
    met = value is not None and (value > limit if op == ">" else value >= limit)
    return Rule(id=name, grade=grade, value=value, op=op, limit=limit, met=met)


def _checks(integrity: Integrity) -> list[Rule]:
    """Rules of the checks: a failed one allows no grade, an unchecked one only WEAK."""
    return [
        _rule(
            name,
            EvidenceGrade.ADEQUATE if passed is None else EvidenceGrade.WEAK,
            None if passed is None else float(passed),
            ">=",
            1.0,
        )
        for name, passed in vars(integrity).items()
    ]


def _rules(
    settings: RevalidationSettings,
    trades: int | None,
    window: float,
    figures: _Figures,
    skill: Skill,
) -> list[Rule]:
    weak: Literal[EvidenceGrade.WEAK] = EvidenceGrade.WEAK
    adequate: Literal[EvidenceGrade.ADEQUATE] = EvidenceGrade.ADEQUATE
    strong: Literal[EvidenceGrade.STRONG] = EvidenceGrade.STRONG
    defined = None if figures.psr0 is None else 1.0
    return [
        _rule("trades", weak, trades, ">=", settings.min_trades),
        _rule("days", weak, window, ">=", settings.min_days),
        _rule("sharpe_defined", weak, defined, ">=", 1.0),
        _rule("psr0", adequate, figures.psr0, ">=", settings.adequate_psr0),
        _rule("dsr", adequate, figures.dsr, ">=", settings.adequate_dsr),
        _rule("random", adequate, skill.random_percentile, ">=", settings.adequate_percentile),
        _rule("excess_sharpe", adequate, skill.excess_sharpe, ">", 0.0),
        _rule("psr1", strong, figures.psr1, ">=", settings.strong_psr1),
        _rule("dsr", strong, figures.dsr, ">=", settings.strong_dsr),
        _rule("random", strong, skill.random_percentile, ">=", settings.strong_percentile),
    ]


def _of_recipe(
    settings: RevalidationSettings, recipe: OfRecipe, moments: Moments | None, bars_per_year: int
) -> list[Rule]:
    """Rules that only a sweep can break.

    What the siblings have in common, nobody selected: for ADEQUATE their Sharpe must be above zero
    as surely as the model's own. It replaces the deflated ratio there, which takes the siblings for
    independent trials: where luck is common to all, it lets the best of them pass too often, and it
    refuses an ordinary seed of a good recipe for what the others differ. Beside tries of another
    recipe the deflated ratio stays, for that one may have been selected.
    """
    found = []
    if recipe.expected is not None:
        surely = None
        if moments is not None:
            per_bar = recipe.expected / math.sqrt(bars_per_year)
            surely = replace(moments, sharpe=per_bar).psr(0.0)
        found.append(
            _rule("recipe_psr0", EvidenceGrade.ADEQUATE, surely, ">=", settings.adequate_psr0)
        )
    if recipe.dsr is not None:
        strong = _rule("dsr_measured", EvidenceGrade.STRONG, recipe.dsr, ">=", settings.strong_dsr)
        if recipe.expected is None or recipe.other:
            least = settings.adequate_dsr
            found.append(_rule("dsr_measured", EvidenceGrade.ADEQUATE, recipe.dsr, ">=", least))
        found.append(strong)
    # Tries too few to tell an outlier (or of another recipe) can't show that it is none.
    if recipe.expected is not None or recipe.as_good is not None or recipe.other:
        found.append(_rule("recipe", EvidenceGrade.STRONG, recipe.as_good, ">", recipe.limit))
    return found


def _grade(rules: Sequence[Rule]) -> EvidenceGrade:
    missed = {rule.grade for rule in rules if not rule.met}
    if EvidenceGrade.WEAK in missed:
        return EvidenceGrade.INSUFFICIENT
    if EvidenceGrade.ADEQUATE in missed:
        return EvidenceGrade.WEAK
    return EvidenceGrade.ADEQUATE if EvidenceGrade.STRONG in missed else EvidenceGrade.STRONG
