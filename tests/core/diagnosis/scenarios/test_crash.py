"""crash: the trainer's own failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.facts import LogFacts
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
)
from tests.event_files import write_events
from tests.expected import present

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


def test_a_crash_is_critical_with_its_reason_and_the_last_errors(tmp_path):
    write_events(tmp_path, ppo(30))
    given = facts(open_reader(tmp_path), HOUR, status=TrainingStatus.CRASHED, reason="exit code 1")
    log = LogFacts("training.log", True, errors=("[ERROR] KeyError: 'close'",))
    found = findings(replace(given, log=log))["crash"]
    assert (found.status, found.severity) == (FIRING, Severity.CRITICAL)
    assert "exit code 1" in found.headline
    assert "[ERROR] KeyError: 'close'" in found.evidence_for
    assert found.escalation == "crash"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (TrainingStatus.LOST, FIRING),
        (TrainingStatus.INTERRUPTED, OK),
        (TrainingStatus.STOPPED, OK),
        (TrainingStatus.RUNNING, OK),
    ],
)
def test_only_the_trainers_own_failure_is_a_crash(tmp_path, status, expected):
    found = diagnosed(tmp_path, ppo(30), HOUR, status=status)["crash"]
    assert found.status is expected
    assert found.severity is not Severity.CRITICAL


def test_a_reason_inside_a_sentence_has_one_full_stop(tmp_path):
    reason = "It was killed by SIGKILL, which trainweek did not send."
    write_events(tmp_path, ppo(30))
    for status in (TrainingStatus.CRASHED, TrainingStatus.LOST):
        given = facts(open_reader(tmp_path), HOUR, status=status, reason=reason)
        found = findings(given)["crash"].headline
        for reported in (found.in_("en"), found.in_("pt")):
            assert reported.endswith("did not send.")
    silent = facts(
        open_reader(tmp_path / "none"), HOUR, status=TrainingStatus.HUNG, reason="It stands still."
    )
    assert findings(silent)["hung"].headline.endswith("stands still.")


def test_how_a_run_ended_that_was_never_supervised_is_no_crash(tmp_path):
    """Its files can't say: a finished run of another trainer ends the same way."""
    write_events(tmp_path, ppo(30))
    given = facts(open_reader(tmp_path), HOUR, status=TrainingStatus.LOST, reason="Silent.")
    assert findings(given)["crash"].status is FIRING
    alone = replace(given, run=replace(present(given.run), process_known=False))
    found = findings(alone)["crash"]
    assert found.status is OK
    assert "exit status unknown" in found.headline
