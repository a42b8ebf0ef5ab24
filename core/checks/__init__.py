"""The checklists: from facts to verdicts with their evidence."""

from core.checks import rules  # registers all rules
from core.checks.judgement import Judgement
from core.checks.registry import judge, judge_slot
from core.facts import Facts, JobFacts, LogFacts, RunFacts

__all__ = [
    "Facts",
    "JobFacts",
    "Judgement",
    "LogFacts",
    "RunFacts",
    "judge",
    "judge_slot",
    "rules",
]
