from __future__ import annotations

import logging

import pytest

from runner.reported_problems import ReportedProblems


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


class _End(Exception):
    pass


def test_a_fault_of_one_subject_is_logged_with_its_traceback_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    problems = ReportedProblems(logging.getLogger("trainweek.runner"))
    for _ in range(3):
        with problems.guarding("job-1", through=_End):
            raise ZeroDivisionError("by nothing")
    (record,) = caplog.records
    assert record.getMessage() == "job-1: unexpected ZeroDivisionError: by nothing"
    assert record.exc_info is not None
    with problems.guarding("job-2", through=_End):
        raise OSError("disk full")
    assert caplog.records[-1].getMessage() == "job-2: disk full"
    assert caplog.records[-1].exc_info is None


def test_what_must_end_the_work_ends_it() -> None:
    problems = ReportedProblems(logging.getLogger("trainweek.runner"))
    with pytest.raises(_End), problems.guarding("job-1", through=_End):
        raise _End
