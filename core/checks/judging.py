"""From facts to verdicts."""

from __future__ import annotations

from core.checks import rules  # noqa: F401  registers all rules
from core.checks.case import Case
from core.checks.judgement import Judgement
from core.checks.registry import RULES
from core.facts import Facts
from core.language import Message
from core.playbook import Playbook


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
