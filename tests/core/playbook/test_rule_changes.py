"""Which changes of a playbook are changes of its rules, and how they are said."""

from __future__ import annotations

import pytest

from core.decision.binding import rules_sha256
from core.playbook import default_playbook_text, whole_text
from core.playbook.rule_changes import changed_from_shipped, rule_changes

LOOSE = "gates: [{id: sharpe, threshold: -99.0}]"


def own(extra: str = "") -> str:
    return whole_text(f"extends: phase4\nid: own\n{extra}\n")


def test_a_loosened_gate_is_said_in_both_languages_by_its_name() -> None:
    [change] = changed_from_shipped(own(LOOSE))
    assert (change.field, change.before, change.after) == (
        "gates.sharpe.threshold",
        "1.0",
        "-99.0",
    )
    assert change.in_("en") == 'Gate "Sharpe Ratio", threshold: 1 → -99'
    assert change.in_("pt") == 'Gate "Sharpe Ratio", threshold: 1 → −99'
    assert change.sets_the_bar


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ("training: {fee_bps: 0}", "training.fee_bps"),
        ("revalidation: {min_days: 1}", "revalidation.min_days"),
        ("gates: [{id: calmar, op: '<='}]", "gates.calmar.op"),
    ],
)
def test_what_a_decision_is_made_by_is_a_rule_of_the_lead_and_bound(extra: str, field: str) -> None:
    changed = own(extra)
    assert [(one.field, one.sets_the_bar) for one in changed_from_shipped(changed)] == [
        (field, True)
    ]
    assert rules_sha256(changed) != rules_sha256(own())


def test_a_decision_for_fewer_gates_is_one_too() -> None:
    changed = default_playbook_text().replace("min_passed: 6", "min_passed: 5")
    [change] = changed_from_shipped(changed)
    assert change.in_("en") == 'Decision "GO", min_passed: 6 → 5'
    assert change.sets_the_bar


def test_the_market_is_shown_and_anybodys_and_limits_of_checks_are_the_leads() -> None:
    found = changed_from_shipped(
        own("symbol: BTCUSDT\nchecks: {kl_divergence: {threshold: 0.02}}\n" + LOOSE)
    )
    assert [(one.field, one.sets_the_bar) for one in found] == [
        ("gates.sharpe.threshold", True),
        ("symbol", False),
        ("checks.kl_divergence.threshold", True),
    ]


def test_prose_the_schedule_and_how_it_is_trained_are_no_rules() -> None:
    prose = (
        "gates: [{id: sharpe, title: {en: x, pt: y}, short: S}]\n"
        "checks: {kl_divergence: {title: {en: x, pt: y}, action: {en: x, pt: y}}}\n"
        "training: {seed: 8}\nschedule: [{id: daily_1, time: '09:00'}]\n"
    )
    assert changed_from_shipped(own(prose)) == ()
    assert rules_sha256(own(prose)) == rules_sha256(own())
    assert changed_from_shipped(default_playbook_text()) == ()


def test_the_way_back_is_a_change_too() -> None:
    [back] = rule_changes(own(LOOSE), own())
    assert (back.before, back.after) == ("-99.0", "1.0")
