from __future__ import annotations

import logging

import pytest

from runner.log_once import Troubles


def test_a_trouble_is_said_once_until_it_changes_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    troubles = Troubles(logging.getLogger("trainweek.runner"))
    for what in ("disk full", "disk full", "no right", "no right", "disk full"):
        troubles.tell("job-1", what)
    troubles.tell("job-2", "disk full")
    for _ in range(2):
        troubles.over("job-1")
    troubles.tell("job-1", "disk full")
    assert [record.getMessage() for record in caplog.records] == [
        "job-1: disk full",
        "job-1: no right",
        "job-1: disk full",
        "job-2: disk full",
        "job-1: the trouble is over.",
        "job-1: disk full",
    ]
