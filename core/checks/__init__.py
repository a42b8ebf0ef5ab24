"""The checklists, judged: facts in, verdicts with their evidence out."""

from core.checks.judgement import Judgement
from core.checks.judging import judge, judge_slot
from core.facts import Facts, JobFacts, LogFacts, RunFacts

__all__ = [
    "Facts",
    "JobFacts",
    "Judgement",
    "LogFacts",
    "RunFacts",
    "judge",
    "judge_slot",
]
