"""hung: when a silence is one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.clock import Clock, ClockPoint
from core.facts import LogFacts
from core.liveness import Limits
from core.process_state import frozen
from core.vocabulary import FindingStatus, Severity, TrainingStatus
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
from tests.event_files import write_events
from tests.expected import present

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


@pytest.mark.parametrize(
    ("minutes", "status", "severity"),
    [
        (29, FindingStatus.NO_DATA, Severity.INFO),
        (31, FIRING, Severity.WARNING),  # the grace before there is a cadence
        (121, FIRING, Severity.CRITICAL),
    ],
)
def test_a_new_attempt_that_never_logs_is_hung_from_its_own_start(
    tmp_path, minutes, status, severity
):
    began = at(500 * MINUTE)
    now = (500 + minutes) * MINUTE
    found = diagnosed(tmp_path, ppo(100), now, attempts=2, attempt_started=began)["hung"]
    assert (found.status, found.severity) == (status, severity)


def test_the_playbooks_hours_decide_what_is_critical(tmp_path):
    limits = Limits(hours=6.0)
    found = diagnosed(tmp_path, ppo(100), 100 * MINUTE + 3 * HOUR, limits=limits)["hung"]
    assert (found.status, found.severity) == (FIRING, Severity.WARNING)
    found = diagnosed(tmp_path / "b", ppo(100), 100 * MINUTE + 6 * HOUR, limits=limits)["hung"]
    assert (found.status, found.severity) == (FIRING, Severity.CRITICAL)
    assert "the playbook allows 6 h" in " ".join(found.evidence_for)


def test_a_silence_that_may_be_the_runs_end_is_a_warning(tmp_path):
    finding = diagnosed(tmp_path, ppo(60), 5 * HOUR, writer_known=False)["hung"]
    assert (finding.status, finding.severity) == (FIRING, Severity.WARNING)
    assert "ended or hung" in finding.headline
    known = diagnosed(tmp_path / "known", ppo(60), 5 * HOUR)["hung"]
    assert known.severity is Severity.CRITICAL


def test_a_run_that_never_logged_an_event_is_hung_unless_its_log_grows(tmp_path):
    write_events(tmp_path, {})
    given = facts(open_reader(tmp_path), 3 * HOUR)
    silent = findings(given)
    assert (silent["hung"].status, silent["hung"].severity) == (FIRING, Severity.CRITICAL)
    fresh, stale = (
        findings(
            replace(given, log=LogFacts("training.log", True, last_line_at=at(3 * HOUR - age)))
        )
        for age in (2 * MINUTE, 2.5 * HOUR)
    )
    assert (fresh["hung"].status, fresh["no_metrics"].status) == (OK, FIRING)
    assert stale["hung"].status is FIRING


def test_a_log_that_goes_on_shows_at_the_limit_already_that_only_events_are_missing(tmp_path):
    """The limit is 20 min; a minute later the log is not yet that much newer than the events."""
    write_events(tmp_path, ppo(100))
    given = facts(open_reader(tmp_path), 121 * MINUTE)
    goes_on, ended = (
        findings(
            replace(given, log=LogFacts("training.log", True, last_line_at=at(minute * MINUTE)))
        )
        for minute in (119, 102)
    )
    assert goes_on["hung"].status is OK
    assert ended["hung"].status is FIRING


def test_a_cause_that_is_known_stands_before_the_manuals_guesses(tmp_path):
    halted = present(frozen("T"))
    found = diagnosed(tmp_path, ppo(100), 103 * MINUTE, frozen=halted)["hung"]
    assert "SIGSTOP" in found.causes[0].en
    assert "kill -CONT" in found.actions[0].en
    assert len(found.causes) > 1
    late = present(frozen("D", 90.0))
    found = diagnosed(tmp_path / "b", ppo(100), 103 * MINUTE, frozen=late)["hung"]
    assert "storage" in found.actions[0].en
