"""hung, logging_broken, no_metrics and crash: what silence can mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import Clock, ClockPoint
from core.facts import LogFacts
from core.vocabulary import FindingStatus, Severity, TrainingStatus
from tests.core.diagnosis.runs import HOUR, MINUTE, at, diagnosed, facts, findings, open_reader, ppo
from tests.event_files import header, write_events

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


@pytest.mark.parametrize(
    ("silence", "status", "severity"),
    [
        (1 * MINUTE, OK, Severity.INFO),
        (12 * MINUTE, FindingStatus.PENDING, Severity.WARNING),  # limit: 20 gaps of a minute
        (21 * MINUTE, FIRING, Severity.WARNING),
        (119 * MINUTE, FIRING, Severity.WARNING),
        (121 * MINUTE, FIRING, Severity.CRITICAL),
    ],
)
def test_silence_is_measured_against_the_runs_own_cadence(tmp_path, silence, status, severity):
    found = diagnosed(tmp_path, ppo(100), 100 * MINUTE + silence)["hung"]
    assert (found.status, found.severity) == (status, severity)


def test_a_quick_run_is_given_ten_minutes(tmp_path):
    write_events(tmp_path, ppo(100, gap=2.0))
    reader = open_reader(tmp_path)
    assert findings(facts(reader, 200 + 290))["hung"].status is OK
    assert findings(facts(reader, 200 + 610))["hung"].status is FIRING


def test_the_manuals_two_hours_are_week_time(tmp_path):
    write_events(tmp_path, ppo(100, gap=2.0))
    fast = Clock((ClockPoint(at(0), at(0), pace=60.0),))
    found = findings(facts(open_reader(tmp_path), 200 + 121, clock=fast))["hung"]
    assert (found.status, found.severity) == (FIRING, Severity.CRITICAL)
    assert "week time" in " ".join(found.evidence_for)


def test_two_hours_of_a_week_that_runs_faster_than_the_training_are_no_silence(tmp_path):
    write_events(tmp_path, ppo(100, gap=2.0))
    fast = Clock((ClockPoint(at(0), at(0), pace=7200.0),))  # an iteration takes four week hours
    assert findings(facts(open_reader(tmp_path), 200 + 3, clock=fast))["hung"].status is OK


@pytest.mark.parametrize(
    "status", [TrainingStatus.COMPLETED, TrainingStatus.STOPPED, TrainingStatus.CRASHED]
)
def test_a_run_that_has_ended_is_not_hung(tmp_path, status):
    assert diagnosed(tmp_path, ppo(100), 9 * HOUR, status=status)["hung"].status is OK


def test_a_run_whose_steps_are_done_is_not_hung(tmp_path):
    assert diagnosed(tmp_path, ppo(100), 9 * HOUR, total_steps=2048 * 100)["hung"].status is OK


def test_a_run_that_the_runner_calls_hung_is_hung(tmp_path):
    found = diagnosed(
        tmp_path, ppo(100), 101 * MINUTE, status=TrainingStatus.HUNG, reason="state T"
    )["hung"]
    assert (found.status, found.severity) == (FIRING, Severity.CRITICAL)
    assert "state T" in found.evidence_for


def test_a_run_that_goes_on_after_a_pause_is_recovering(tmp_path):
    series = {
        tag: [(step, wall + (HOUR if step > 2048 * 98 else 0), value) for step, wall, value in p]
        for tag, p in ppo(100).items()
    }
    found = diagnosed(tmp_path, series, 100 * MINUTE + HOUR)
    assert found["hung"].status is FindingStatus.RECOVERING
    assert found["hung"].since_step == 2048 * 99
    assert found["data_issue"].status is FindingStatus.RECOVERING


def test_a_new_attempt_that_has_not_logged_yet_is_not_hung(tmp_path):
    found = diagnosed(tmp_path, ppo(100), 150 * MINUTE, attempts=2)["hung"]
    assert found.status is FindingStatus.NO_DATA


def test_a_log_that_goes_on_without_events_means_that_logging_is_broken(tmp_path):
    write_events(tmp_path, ppo(100))
    given = facts(open_reader(tmp_path), 150 * MINUTE)
    log = LogFacts("logs/ppo_training/training.log", True, last_line_at=at(149 * MINUTE))
    found = findings(replace(given, log=log))
    assert found["logging_broken"].status is FIRING
    assert found["hung"].status is OK
    assert "training.log" in found["hung"].evidence_against[0]
    old = replace(log, last_line_at=at(100 * MINUTE))
    assert findings(replace(given, log=old))["logging_broken"].status is OK


def test_two_hours_are_no_silence_for_a_run_that_logs_every_quarter_of_an_hour(tmp_path):
    slow = ppo(40, gap=15 * MINUTE)
    end = 40 * 15 * MINUTE
    assert diagnosed(tmp_path, slow, end + 140 * MINUTE)["hung"].status is not FIRING
    found = diagnosed(tmp_path / "b", slow, end + 151 * MINUTE)["hung"]
    assert (found.status, found.severity) == (FIRING, Severity.CRITICAL)


def test_before_there_is_a_cadence_the_grace_holds(tmp_path):
    one = ppo(1)
    assert diagnosed(tmp_path, one, 29 * MINUTE)["hung"].status is not FIRING
    assert diagnosed(tmp_path / "b", one, 32 * MINUTE)["hung"].status is FIRING


def test_a_first_iteration_that_took_long_is_all_that_is_known_of_the_cadence(tmp_path):
    one = ppo(1, gap=40 * MINUTE)
    assert diagnosed(tmp_path, one, 40 * MINUTE + 3 * HOUR)["hung"].status is not FIRING
    assert diagnosed(tmp_path / "b", one, 40 * MINUTE + 7 * HOUR)["hung"].status is FIRING


def test_a_file_that_ends_inside_a_record_is_told_once_it_is_silent(tmp_path):
    path = write_events(tmp_path, ppo(100))
    path.write_bytes(path.read_bytes()[:-7])
    reader = open_reader(tmp_path)
    assert findings(facts(reader, 101 * MINUTE))["data_issue"].status is OK
    found = findings(facts(reader, 100 * MINUTE + HOUR))["data_issue"]
    assert found.status is FIRING
    assert "ends inside a record" in found.headline


def test_event_files_that_vanish_while_it_trains_are_told(tmp_path):
    path = write_events(tmp_path / "run", ppo(100))
    reader = open_reader(tmp_path / "run")
    path.rename(tmp_path / "hidden")
    reader.refresh()
    found = findings(facts(reader, 101 * MINUTE))
    assert found["logging_broken"].status is FIRING
    assert found["no_metrics"].status is FIRING
    assert "gone" in found["no_metrics"].headline


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
        for told in (found, found.pt):
            assert told.endswith("did not send.")
    silent = facts(
        open_reader(tmp_path / "none"), HOUR, status=TrainingStatus.HUNG, reason="It stands still."
    )
    assert findings(silent)["hung"].headline.endswith("stands still.")


def test_a_run_that_crashed_before_its_first_event_has_no_metrics(tmp_path):
    tmp_path.joinpath("empty").mkdir()
    given = facts(open_reader(tmp_path / "empty"), 60, status=TrainingStatus.CRASHED)
    assert findings(given)["no_metrics"].status is FIRING
    assert timedelta(0) < given.as_of_real - given.run.started
