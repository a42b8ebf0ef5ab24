"""The grade's rules: all of a grade and of those below, and what is missed is named."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from core.playbook import RevalidationSettings
from core.trading.evidence import Integrity, OfRecipe, Skill, Trials, graded_evidence
from core.trading.grade import Evidence, Rule, TrialCounts, reasons_of
from core.vocabulary import EvidenceGrade
from tests.core.trading.test_significance import YEAR, returns_with

SKILLED = Skill(random_percentile=99.8, excess_sharpe=1.0)
SOUND = Integrity(lookahead=True, repeats=True, unseen=True)


def graded(
    annual_sharpe: float = 4.0,
    trades: int = 30,
    bars: int = YEAR,
    trials: Trials | None = None,
    skill: Skill = SKILLED,
    integrity: Integrity = SOUND,
) -> Evidence:
    returns = returns_with(annual_sharpe, bars)
    return graded_evidence(returns, trades, trials=trials, skill=skill, integrity=integrity)


@pytest.mark.parametrize(
    ("annual_sharpe", "trades", "bars", "grade"),
    [
        (4.0, 30, YEAR, EvidenceGrade.STRONG),
        (2.0, 30, YEAR, EvidenceGrade.ADEQUATE),
        (1.0, 30, YEAR, EvidenceGrade.WEAK),
        (-3.0, 30, YEAR, EvidenceGrade.WEAK),
        (4.0, 29, YEAR, EvidenceGrade.INSUFFICIENT),
        (40.0, 30, 90 * 24 - 1, EvidenceGrade.INSUFFICIENT),
        (40.0, 30, 90 * 24, EvidenceGrade.STRONG),
        (4.0, None, YEAR, EvidenceGrade.INSUFFICIENT),
    ],
)
def test_the_grade_follows_the_published_rules(annual_sharpe, trades, bars, grade):
    evidence = graded(annual_sharpe, trades, bars)
    assert evidence.grade is grade
    assert evidence.reasons


@pytest.mark.parametrize(
    ("skill", "grade"),
    [
        (Skill(98.9, 1.0), EvidenceGrade.ADEQUATE),
        (Skill(94.9, 1.0), EvidenceGrade.WEAK),
        (Skill(99.8, 0.0), EvidenceGrade.WEAK),
        (Skill(None, 1.0), EvidenceGrade.WEAK),
        (Skill(99.8, None), EvidenceGrade.WEAK),
    ],
)
def test_who_does_not_beat_luck_and_the_market_has_no_strong_evidence(skill, grade):
    assert graded(skill=skill).grade is grade


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("lookahead", "look-ahead test failed"),
        ("repeats", "not reproducible"),
        ("unseen", "ranges overlap"),
    ],
)
def test_a_failed_check_leaves_no_evidence_and_one_never_made_little(check, words):
    failed = graded(trades=3, integrity=replace(SOUND, **{check: False}))
    assert failed.grade is EvidenceGrade.INSUFFICIENT
    assert words in failed.reasons[0]  # before the 3 trades
    assert graded(integrity=replace(SOUND, **{check: False})).grade is EvidenceGrade.INSUFFICIENT
    unknown = graded(integrity=replace(SOUND, **{check: None}))
    assert unknown.grade is EvidenceGrade.WEAK
    assert unknown.reasons[0].endswith("ADEQUATE requires it.")
    assert unknown.reasons[0].in_("pt").endswith("ADEQUADA exige isso.")


def test_many_trials_weaken_the_same_record():
    assert graded(3.6, trials=Trials(1)).grade is EvidenceGrade.STRONG
    assert graded(3.6, trials=Trials(2, 500)).grade is EvidenceGrade.WEAK
    assert "500 trials" in graded(3.6, trials=Trials(2, 500)).reasons[0]


def test_the_used_trials_are_never_fewer_than_counted():
    assert (Trials(5).used, Trials(5, 24).used, Trials(5, 3).used) == (5, 24, 5)


def test_every_rule_is_listed_with_value_limit_and_outcome():
    read = json.loads(json.dumps(graded(2.0).as_dict(), allow_nan=False))
    lacking = {(rule["grade"], rule["id"]) for rule in read["rules"] if not rule["met"]}
    assert lacking == {("STRONG", "psr1")}
    assert read["n_trials"] == {"counted": 1, "declared": None, "of_week": None, "used": 1}
    assert read["have_days"] == 365.0


def test_all_that_is_too_little_is_named():
    settings = RevalidationSettings(min_trades=5, min_days=10.0)
    evidence = graded_evidence(np.zeros(100), 3, settings=settings)
    assert evidence.grade is EvidenceGrade.INSUFFICIENT
    assert [reason.split()[0] for reason in evidence.reasons] == ["3", "4.1", "The"]
    assert evidence.as_dict()["psr0"] is None


def test_coin_flips_are_seldom_graded_adequate_even_if_luckier_than_others():
    random = np.random.default_rng(3)
    grades = [
        graded_evidence(random.normal(0, 0.001, YEAR), 100, skill=SKILLED, integrity=SOUND).grade
        for _ in range(300)
    ]
    fooled = sum(grade in (EvidenceGrade.ADEQUATE, EvidenceGrade.STRONG) for grade in grades)
    assert fooled / 300 < 0.09  # 5 % by construction, plus three standard errors


@pytest.mark.parametrize(
    ("rule", "value", "said"),
    [
        ({"id": "psr0", "limit": 0.95}, 0.94996, "P(true Sharpe > 0) is 94.9 %"),
        ({"id": "psr0", "limit": 0.95}, 0.953 - 1e-17, "P(true Sharpe > 0) is 95.3 %"),
        ({"id": "random", "limit": 95.0}, 94.98, "Better than 94.9 %"),
        ({"id": "days", "limit": 90}, 89.97, "89.9 days"),
    ],
)
def test_what_falls_short_does_not_read_like_its_limit(rule: dict, value: float, said: str):
    missed = Rule(**rule, grade=EvidenceGrade.ADEQUATE, value=value, op=">=", met=False)
    evidence = graded().model_copy(
        update={
            "grade": EvidenceGrade.WEAK,
            "n_trials": TrialCounts(counted=2, declared=None, used=2),
            "rules": (missed,),
        }
    )
    assert reasons_of(evidence)[0].startswith(said)


@pytest.mark.parametrize(
    ("recipe", "grade", "rule"),
    [
        (None, EvidenceGrade.STRONG, None),
        (OfRecipe(), EvidenceGrade.STRONG, None),
        (OfRecipe(0.5, 0.05, 0.99), EvidenceGrade.STRONG, None),
        (OfRecipe(1 / 21, 0.05), EvidenceGrade.ADEQUATE, "outlier of its own recipe"),
        (OfRecipe(0.05, 0.05), EvidenceGrade.ADEQUATE, "only 5.0 %"),
        (OfRecipe(0.5, 0.05, 0.2), EvidenceGrade.WEAK, "variance that the sweep's tries show"),
        (OfRecipe(0.5, 0.05, 0.99, expected=3.0), EvidenceGrade.STRONG, None),
        (OfRecipe(0.5, 0.05, 0.99, expected=0.5), EvidenceGrade.WEAK, "its recipe gives"),
        # What the siblings give stands in for the deflated ratio, but not for a STRONG grade.
        (OfRecipe(0.5, 0.05, 0.2, expected=3.0), EvidenceGrade.ADEQUATE, "variance that"),
        (OfRecipe(0.5, 0.05, 0.2, True, 3.0), EvidenceGrade.WEAK, "variance that"),
    ],
)
def test_an_outlier_of_its_recipe_is_never_strong(
    recipe: OfRecipe | None, grade: EvidenceGrade, rule: str | None
) -> None:
    returns = returns_with(4.0, YEAR)
    found = graded_evidence(returns, 200, skill=SKILLED, integrity=SOUND, recipe=recipe)
    assert found.grade is grade
    assert rule is None or any(rule in reason for reason in found.reasons)
