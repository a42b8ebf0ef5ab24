"""The checklists, judged: facts in, verdicts with their evidence out."""

from core.checks.facts import Facts, JobFacts, LogFacts, RunFacts
from core.checks.judgement import Judgement
from core.checks.judging import judge, judge_slot

__all__ = [
    "Facts",
    "JobFacts",
    "Judgement",
    "LogFacts",
    "RunFacts",
    "judge",
    "judge_slot",
]
