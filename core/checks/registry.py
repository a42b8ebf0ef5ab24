"""Which rule judges which metric."""

from __future__ import annotations

from collections.abc import Callable

from core.checks.case import Case
from core.checks.judgement import Judgement
from core.playbook import METRICS

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
