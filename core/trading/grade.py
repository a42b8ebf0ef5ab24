"""The record of an evidence grade: its figures, its rules, and why it is not higher."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from core.json_model import Count, JsonModel, Number, Sentence, Share
from core.language import Message, plural
from core.metrics.conventions import RELATIVE_TOLERANCE
from core.state_words import capitals
from core.trading.candidates import Candidate
from core.vocabulary import EvidenceGrade

NEEDED_GRADE = {
    EvidenceGrade.INSUFFICIENT: EvidenceGrade.WEAK,
    EvidenceGrade.WEAK: EvidenceGrade.ADEQUATE,
    EvidenceGrade.ADEQUATE: EvidenceGrade.STRONG,
    EvidenceGrade.STRONG: EvidenceGrade.STRONG,
}
"""The next higher grade: its missed rules are the reasons."""


class Rule(JsonModel):
    """One rule of the playbook, applied: what it requires, and what was measured."""

    id: str = Field(description="What is compared.")
    grade: Literal[EvidenceGrade.STRONG, EvidenceGrade.ADEQUATE, EvidenceGrade.WEAK] = Field(
        description="Lowest grade that needs the rule."
    )
    value: Number | None = Field(description="Measured value; null: unknown, which meets no rule.")
    op: Literal[">=", "<=", ">"] = Field(description="How the value must compare with the limit.")
    limit: Number = Field(description="Limit of the playbook.")
    met: bool = Field(description="Whether the rule is met.")


class TrialCounts(JsonModel):
    """How many trials the record was selected from."""

    counted: int = Field(
        ge=1,
        description="Candidates scored over all weeks of the home, by the ledger.",
    )
    declared: int | None = Field(description="By the lead; never fewer than counted.")
    of_week: int | None = Field(
        default=None, description="Those of this week alone; null or absent: not known."
    )
    used: int = Field(ge=1, description="The number that DSR is computed with.")
    candidates: tuple[Candidate, ...] = Field(
        default=(), description="Those that are counted, one by one; absent: not listed."
    )


class Evidence(JsonModel):
    """Grade with its reasons, rules and figures."""

    grade: EvidenceGrade = Field(description="STRONG, ADEQUATE, WEAK or INSUFFICIENT.")
    reasons: tuple[Sentence, ...] = Field(
        description="Why the grade is not higher; for a good grade, its figures first."
    )
    psr0: Share | None = Field(description="P(true Sharpe > 0).")
    psr1: Share | None = Field(description="P(true annual Sharpe > 1).")
    dsr: Share | None = Field(
        description="P(true Sharpe > the best that luck gives in that many trials)."
    )
    expected_best_sharpe: float | None = Field(
        description="Annual Sharpe that the luckiest of the trials would show without skill."
    )
    min_trl_days: float | None = Field(
        description="Days of record that PSR(0) >= 95 % would need at this Sharpe; null if no "
        "length suffices."
    )
    days: float = Field(description="Length of the record in days, by its bars.")
    trades: Count | None = Field(description="Closed round trips; null: not known.")
    sharpe_hourly: float | None = Field(description="Annual Sharpe of the bars' returns.")
    lag1: float | None = Field(description="Autocorrelation of the bars' returns.")
    effective_bars: float | None = Field(
        default=None,
        description="Independent bars that the record is worth; PSR, DSR and min_trl_days use them. "
        "Null: undefined; absent: all bars were used.",
    )
    have_days: float = Field(description="Days of record, to compare with min_trl_days.")
    n_trials: TrialCounts | None = Field(
        description="How many trials the record was selected from; null: not counted."
    )
    random_percentile: float | None = Field(
        description="Share of the random policies with a lower Sharpe, in percent; null: not "
        "compared."
    )
    free_bars: Share | None = Field(
        default=None,
        description="Share of the bars on which a random policy can differ from the agent; null or "
        "absent: not known.",
    )
    excess_sharpe: float | None = Field(
        description="Over buy and hold at the agent's mean exposure."
    )
    rules: tuple[Rule, ...] = Field(
        description="Each rule of the playbook: what it requires, and what was measured."
    )


FAILED_CHECKS = {
    "lookahead": Message("A look-ahead test failed: the result may depend on future data."),
    "repeats": Message("The backtest is not reproducible: a second run gave different numbers."),
    "unseen": Message("Training and backtest ranges overlap: the model has seen these bars."),
}
"""Sentence for each failed check, by rule; the most serious first."""


def reasons_of(evidence: Evidence) -> tuple[Message, ...]:
    """The reasons of a grade: the rules missed for the next higher one."""
    needed = NEEDED_GRADE[evidence.grade]
    trials = 1 if evidence.n_trials is None else evidence.n_trials.used
    missed = [
        _missed(rule, trials, evidence.free_bars)
        for rule in evidence.rules
        if rule.grade == needed and not rule.met
    ]
    if evidence.grade in (EvidenceGrade.STRONG, EvidenceGrade.ADEQUATE):
        missed.insert(0, _known(evidence))
    return tuple(missed)


def _known(evidence: Evidence) -> Message:
    return Message(
        "P(true Sharpe > 0) is {psr0}, P(true Sharpe > 1) is {psr1}; better than {percent:.4g} % "
        "of random policies with as many trades.",
        psr0=_chance(evidence.psr0 or 0.0),
        psr1=_chance(evidence.psr1 or 0.0),
        percent=_cut(evidence.random_percentile or 0.0),
    )


def _missed(rule: Rule, trials: int, free: float | None) -> Message:
    """Why a rule is not met."""
    if rule.id == "sharpe_defined":
        return Message("The Sharpe ratio is undefined.")
    if rule.value is None:
        return _unknown(rule, free)
    value, grade = rule.value, capitals(rule.grade)
    if rule.id in FAILED_CHECKS:
        return FAILED_CHECKS[rule.id]
    if rule.id == "trades":
        return plural(
            "{n} closed trade; at least {limit:g} are required.",
            "{n} closed trades; at least {limit:g} are required.",
            value,
            limit=rule.limit,
        )
    if rule.id == "days":
        return Message(
            "{days:.1f} days of backtest; at least {limit:g} are required.",
            days=_cut(value),
            limit=rule.limit,
        )
    if rule.id == "random":
        return Message(
            "Better than {percent:.1f} % of random policies with as many trades; {grade} requires "
            "{limit:g} %.",
            percent=_cut(value),
            grade=grade,
            limit=rule.limit,
        )
    if rule.id == "excess_sharpe":
        return Message(
            "Sharpe {excess:+.2f} relative to buy and hold at the same mean exposure; {grade} "
            "requires more than {limit:g}.",
            excess=value,
            grade=grade,
            limit=rule.limit,
        )
    if rule.id == "recipe":
        return Message(
            "An outlier of its own recipe: only {percent:.1f} % of the tries, itself included, are as"
            " good; {grade} requires more than {limit:.1f} %.",
            percent=_cut(100.0 * value),
            grade=grade,
            limit=100.0 * rule.limit,
        )
    return _improbable(rule.id, value, grade, 100.0 * rule.limit, trials)


def _improbable(name: str, value: float, grade: Message, limit: float, trials: int) -> Message:
    """A probability below its limit, percent."""
    chance = _chance(value)
    if name == "psr0":
        return Message(
            "P(true Sharpe > 0) is {chance} (PSR(0)); {grade} requires {limit:g} %.",
            chance=chance,
            grade=grade,
            limit=limit,
        )
    if name == "psr1":
        return Message(
            "P(true Sharpe > 1) is {chance} (PSR(1)); {grade} requires {limit:g} %.",
            chance=chance,
            grade=grade,
            limit=limit,
        )
    if name == "recipe_psr0":
        return Message(
            "By the Sharpe that its recipe gives, P(true Sharpe > 0) is {chance}; {grade} requires "
            "{limit:g} %.",
            chance=chance,
            grade=grade,
            limit=limit,
        )
    if name == "dsr_measured":
        return Message(
            "DSR is {chance} with the variance that the sweep's tries show; {grade} requires"
            " {limit:g} %.",
            chance=chance,
            grade=grade,
            limit=limit,
        )
    return plural(
        "DSR is {chance} with {n} trial; {grade} requires {limit:g} %.",
        "DSR is {chance} with {n} trials; {grade} requires {limit:g} %.",
        trials,
        chance=chance,
        grade=grade,
        limit=limit,
    )


def _unknown(rule: Rule, free: float | None) -> Message:
    """Why a rule could not be applied."""
    grade = capitals(rule.grade)
    match rule.id:
        case "lookahead":
            return Message("Look-ahead was not tested; {grade} requires it.", grade=grade)
        case "repeats":
            return Message("Reproducibility was not tested; {grade} requires it.", grade=grade)
        case "unseen":
            return Message("The training range is unknown; {grade} requires it.", grade=grade)
        case "trades":
            return Message("The round trips are unknown.")
        case "recipe":
            return Message(
                "Only another recipe was tried: whether the model is an outlier of its own is not "
                "known; {grade} requires a sweep of it.",
                grade=grade,
            )
        case "random" if free is not None:
            return Message(
                "Not compared with random policies, because the agent is on one side of the market "
                "on all but {free:.1%} of the bars; {grade} requires it.",
                free=free,
                grade=grade,
            )
        case "random":
            return Message("Not compared with random policies; {grade} requires it.", grade=grade)
        case "excess_sharpe":
            return Message(
                "Not compared with buy and hold at the agent's exposure; {grade} requires it.",
                grade=grade,
            )
    return Message("{name} is undefined; {grade} requires it.", name=rule.id.upper(), grade=grade)


def _chance(share: float) -> Message:
    """A probability in percent; never shown as 100 %."""
    if share > 0.999:
        return Message("above {percent:g} %", percent=99.9)
    return Message("{percent:.1f} %", percent=_cut(100 * share))


def _cut(percent: float) -> float:
    """One decimal, truncated: a value below its limit must not look equal to it.

    The tolerance keeps 95.3 from becoming 95.2 because of its binary representation.
    """
    return math.floor(percent * 10 * (1 + RELATIVE_TOLERANCE)) / 10
