from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from runner.reported_problems import ReportedProblems

if TYPE_CHECKING:
    import pytest


def test_a_problem_is_logged_once_until_it_changes_and_once_when_it_is_solved(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    problems = ReportedProblems(logging.getLogger("trainweek.runner"))
    for what in ("disk full", "disk full", "no right", "no right", "disk full"):
        problems.report("job-1", what)
    problems.report("job-2", "disk full")
    for _ in range(2):
        problems.solved("job-1")
    problems.report("job-1", "disk full")
    assert [record.getMessage() for record in caplog.records] == [
        "job-1: disk full",
        "job-1: no right",
        "job-1: disk full",
        "job-2: disk full",
        "job-1: the problem is solved.",
        "job-1: disk full",
    ]
