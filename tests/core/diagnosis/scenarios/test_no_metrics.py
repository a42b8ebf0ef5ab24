"""no_metrics: nothing is logged, or not what a training run must log."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.vocabulary import FindingStatus, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    at,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
)
from tests.event_files import header
from tests.expected import present

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


def test_no_metric_is_waited_for_and_then_told(tmp_path):
    (tmp_path / "events.out.tfevents.1").write_bytes(header(at(0).timestamp()))
    reader = open_reader(tmp_path)
    assert findings(facts(reader, 5 * MINUTE))["no_metrics"].status is FindingStatus.NO_DATA
    found = findings(facts(reader, 31 * MINUTE))["no_metrics"]
    assert found.status is FIRING
    assert "no scalar" in found.evidence_for[0]


def test_a_missing_folder_is_told_too():
    found = findings(facts(None, HOUR))["no_metrics"]
    assert found.status is FIRING
    assert "does not exist" in found.evidence_for[0]


def test_an_env_without_a_monitor_is_named(tmp_path):
    bare = ppo(30, rollout__ep_rew_mean=None, rollout__ep_len_mean=None)
    found = diagnosed(tmp_path, bare, 30 * MINUTE)["no_metrics"]
    assert found.status is FIRING
    assert "Monitor" in found.headline


def test_the_first_iterations_may_lack_metrics(tmp_path):
    assert diagnosed(tmp_path, ppo(1), MINUTE)["no_metrics"].status is FindingStatus.PENDING
    assert diagnosed(tmp_path / "b", ppo(9), 9 * MINUTE)["no_metrics"].status is OK


def test_missing_updates_are_told(tmp_path):
    only = {tag: points for tag, points in ppo(30).items() if not tag.startswith("train/")}
    found = diagnosed(tmp_path, only, 30 * MINUTE)["no_metrics"]
    assert found.status is FIRING
    assert "train/*" in found.headline


def test_a_run_that_crashed_before_its_first_event_has_no_metrics(tmp_path):
    tmp_path.joinpath("empty").mkdir()
    given = facts(open_reader(tmp_path / "empty"), 60, status=TrainingStatus.CRASHED)
    assert findings(given)["no_metrics"].status is FIRING
    assert timedelta(0) < present(given.as_of_real) - present(given.run).started


@pytest.mark.parametrize("status", [TrainingStatus.STOPPED, TrainingStatus.INTERRUPTED])
def test_a_run_that_was_stopped_before_its_first_iteration_is_no_alarm(tmp_path, status):
    (tmp_path / "events.out.tfevents.1").write_bytes(header(at(0).timestamp()))
    reader = open_reader(tmp_path)
    found = findings(facts(reader, MINUTE, status=status))["no_metrics"]
    assert found.status is FindingStatus.NO_DATA
    assert found.headline == (
        f"Run {status.value} before its first iteration: nothing had to be logged yet."
    )
    late = findings(facts(reader, HOUR, status=status))["no_metrics"]
    assert late.status is FIRING, "it was silent for longer than a start may take"
    found = diagnosed(tmp_path / "b", ppo(30), 30 * MINUTE, status=status)["no_metrics"]
    assert found.status is OK
