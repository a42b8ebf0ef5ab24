"""Which rule judges which metric, and the judgements of a check and of a slot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.language import Message
from core.playbook import METRICS, Playbook

if TYPE_CHECKING:
    from core.facts import Facts

Rule = Callable[[Case], Judgement]

RULES: dict[str, Rule] = {}


def rule(*metrics: str) -> Callable[[Rule], Rule]:
    """Register a function as the rule of some metrics.

    :raises ValueError: an unknown metric, or one that already has a rule.
    """

    def register(function: Rule) -> Rule:
        for metric in metrics:
            if metric not in METRICS:
                raise ValueError(f"{metric!r} is not a metric; add it to core/playbook/metrics.py")
            if metric in RULES:
                raise ValueError(f"{metric!r} already has a rule")
            RULES[metric] = function
        return function

    return register


def judge(playbook: Playbook, check_id: str, facts: Facts) -> Judgement:
    """Judge one check by the facts of a moment.

    :raises KeyError: no such check in the playbook.
    """
    case = Case(check_id, playbook.checks[check_id], facts, playbook)
    if not facts.reached:
        return case.pending(Message("Not due yet."))
    return RULES[case.spec.metric](case)


def judge_slot(playbook: Playbook, slot_id: str, facts: Facts) -> list[Judgement]:
    """Judge all checks of a slot, in the playbook's order.

    :raises KeyError: no such slot in the playbook.
    """
    return [judge(playbook, check, facts) for check in playbook.slot(slot_id).checks]
