"""How far the record can be trusted to show skill and not luck."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.metrics.ratios import lag1_autocorrelation
from core.metrics.returns import days
from core.playbook import RevalidationSettings
from core.trading.grade_words import reasons_of
from core.trading.significance import (
    Moments,
    deflated_sharpe,
    expected_best,
    min_track_record,
)
from core.vocabulary import EvidenceGrade


@dataclass(frozen=True)
class Trials:
    """How many tries the judged record is the outcome of.

    :ivar counted: trainings and revalidations over all weeks of the home, by the ledger.
    :ivar declared: by the lead, who knows of tries elsewhere; never fewer.
    :ivar of_week: those of the judged week alone; None if it is not known.
    """

    counted: int = 1
    declared: int | None = None
    of_week: int | None = None

    @property
    def used(self) -> int:
        return max(self.counted, self.declared or 0, 1)

    def as_dict(self) -> dict[str, int | None]:
        return {**vars(self), "used": self.used}


@dataclass(frozen=True)
class Skill:
    """What the baselines say; None where nobody computed it, which meets no rule.

    :ivar random_percentile: share of the random policies with a lower Sharpe, percent.
    :ivar excess_sharpe: over buy and hold at the agent's mean exposure.
    """

    random_percentile: float | None = None
    excess_sharpe: float | None = None


@dataclass(frozen=True)
class Integrity:
    """Whether the record is what it claims to be; None where nobody checked.

    :ivar lookahead: nothing of the future was used: all tests of it passed.
    :ivar repeats: the same inputs gave the same numbers again.
    :ivar unseen: no scored bar lies in the training range.
    """

    lookahead: bool | None = None
    repeats: bool | None = None
    unseen: bool | None = None


@dataclass(frozen=True)
class Rule:
    """One rule of the playbook, applied. A value that is None doesn't meet it."""

    id: str
    grade: EvidenceGrade
    value: float | None
    op: str
    limit: float

    @property
    def met(self) -> bool:
        if self.value is None:
            return False
        return self.value > self.limit if self.op == ">" else self.value >= self.limit

    def as_dict(self) -> dict[str, object]:
        return {**vars(self), "grade": self.grade.value, "met": self.met}


@dataclass(frozen=True)
class Evidence:
    """Grade with reasons, rules and the figures behind them."""

    grade: EvidenceGrade
    rules: tuple[Rule, ...]
    psr0: float | None
    psr1: float | None
    dsr: float | None
    expected_best_sharpe: float | None  # annual
    n_trials: Trials
    min_trl_days: float | None
    days: float
    trades: int | None
    sharpe_hourly: float | None
    lag1: float | None
    skill: Skill

    @property
    def reasons(self) -> list[str]:
        """What a better grade lacks; for a good one, what is known first."""
        return reasons_of(self._record())

    def as_dict(self) -> dict[str, object]:
        """The section ``evidence`` of decision.json, as far as it is known here."""
        return {"grade": self.grade.value, "reasons": self.reasons, **self._record()}

    def _record(self) -> dict[str, object]:
        own = {
            name: value
            for name, value in vars(self).items()
            if name not in ("grade", "rules", "n_trials", "skill")
        }
        return {
            "grade": self.grade.value,
            **own,
            "have_days": self.days,
            "n_trials": self.n_trials.as_dict(),
            **vars(self.skill),
            "rules": [rule.as_dict() for rule in self.rules],
        }


def weigh(
    returns: np.ndarray,
    trades: int | None,
    bars_per_year: int = 8760,
    settings: RevalidationSettings | None = None,
    trials: Trials | None = None,
    skill: Skill | None = None,
    integrity: Integrity | None = None,
) -> Evidence:
    """Grade a record by the playbook's rules.

    INSUFFICIENT if it is too small or one of its checks failed, STRONG or ADEQUATE if it
    meets all rules of that grade and of those below, else WEAK. So is a record of which
    a check was never made.

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
    ]
    return Evidence(
        grade=_grade(rules),
        rules=tuple(rules),
        n_trials=trials,
        days=window,
        trades=trades,
        lag1=lag1_autocorrelation(returns),
        skill=skill,
        **figures,
    )


def _figures(moments: Moments | None, trials: Trials, bars_per_year: int) -> dict[str, object]:
    names = ("psr0", "psr1", "dsr", "expected_best_sharpe", "min_trl_days", "sharpe_hourly")
    if moments is None:
        return dict.fromkeys(names)
    year = math.sqrt(bars_per_year)
    best = expected_best(trials.used, 1.0 / (moments.n - 1))
    needed = min_track_record(moments.sharpe, 0.0, moments.skew, moments.kurtosis)
    found = (
        moments.psr(0.0),
        moments.psr(1.0 / year),
        deflated_sharpe(moments, trials.used),
        best * year,
        None if needed is None or not math.isfinite(needed) else days(needed, bars_per_year),
        moments.sharpe * year,
    )
    return dict(zip(names, found, strict=True))


def _checks(integrity: Integrity) -> list[Rule]:
    """A failed check forbids any grade; one that nobody made forbids a good one."""
    return [
        Rule(
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
    figures: dict[str, object],
    skill: Skill,
) -> list[Rule]:
    weak, adequate, strong = EvidenceGrade.WEAK, EvidenceGrade.ADEQUATE, EvidenceGrade.STRONG
    psr0, psr1, dsr = figures["psr0"], figures["psr1"], figures["dsr"]
    return [
        Rule("trades", weak, trades, ">=", settings.min_trades),
        Rule("days", weak, window, ">=", settings.min_days),
        Rule("sharpe_defined", weak, None if psr0 is None else 1.0, ">=", 1.0),
        Rule("psr0", adequate, psr0, ">=", settings.adequate_psr0),
        Rule("dsr", adequate, dsr, ">=", settings.adequate_dsr),
        Rule("random", adequate, skill.random_percentile, ">=", settings.adequate_percentile),
        Rule("excess_sharpe", adequate, skill.excess_sharpe, ">", 0.0),
        Rule("psr1", strong, psr1, ">=", settings.strong_psr1),
        Rule("dsr", strong, dsr, ">=", settings.strong_dsr),
        Rule("random", strong, skill.random_percentile, ">=", settings.strong_percentile),
    ]


def _grade(rules: Sequence[Rule]) -> EvidenceGrade:
    missed = {rule.grade for rule in rules if not rule.met}
    if EvidenceGrade.WEAK in missed:
        return EvidenceGrade.INSUFFICIENT
    if EvidenceGrade.ADEQUATE in missed:
        return EvidenceGrade.WEAK
    return EvidenceGrade.ADEQUATE if EvidenceGrade.STRONG in missed else EvidenceGrade.STRONG
