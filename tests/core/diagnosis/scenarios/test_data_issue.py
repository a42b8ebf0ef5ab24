"""data_issue: numbers, files, steps and times that can't be right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.facts import JobFacts, LogFacts
from core.vocabulary import FindingStatus, JobState, Severity, TrainingStatus
from tests.core.diagnosis.runs import (
    HOUR,
    MINUTE,
    STEPS,
    at,
    diagnosed,
    facts,
    findings,
    open_reader,
    ppo,
)
from tests.event_files import Point, header, scalar, write_events
from tests.expected import present

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from core.diagnosis.finding import Finding

NAME = "data_issue"
NAN = float("nan")


def issue(tmp_path: Path, series: Mapping[str, Sequence[Point]]) -> Finding:
    return diagnosed(tmp_path, series, 100 * MINUTE)[NAME]


def test_a_nan_among_the_newest_points_is_critical(tmp_path):
    found = issue(tmp_path, ppo(100, train__value_loss=lambda i: NAN if i > 95 else 1.0))
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)
    assert found.since_step == 96 * STEPS
    assert "train/value_loss: 5 of 99 values NaN or infinite" in found.evidence_for[0]
    assert found.escalation == "data"


def test_a_nan_further_back_recovers_and_is_then_only_told(tmp_path):
    found = issue(tmp_path, ppo(100, train__value_loss=lambda i: NAN if i == 70 else 1.0))
    assert found.status is FindingStatus.RECOVERING
    found = issue(tmp_path / "b", ppo(100, train__value_loss=lambda i: NAN if i == 30 else 1.0))
    assert found.status is FindingStatus.OK
    assert "train/value_loss" in found.evidence_against[0]


def test_an_explained_variance_that_is_no_number_is_harmless_alone(tmp_path):
    found = issue(tmp_path, ppo(100, train__explained_variance=lambda i: NAN))
    assert found.status is FindingStatus.OK
    assert "harmless" in found.evidence_against[0]


def test_a_damaged_record_is_a_warning(tmp_path):
    path = write_events(tmp_path, ppo(100))
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    found = findings(facts(open_reader(tmp_path), 100 * MINUTE))[NAME]
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.WARNING)
    assert path.name in found.evidence_for[0]


def test_damage_of_a_later_time_is_not_known_before(tmp_path):
    path = write_events(tmp_path, ppo(100))
    whole = path.read_bytes()
    for spoilt in (
        whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:],  # a record near the end
        whole + bytes(64),  # zeros after it
        whole + bytes(range(1, 65)),  # a damaged length
        whole + whole[:9],  # the beginning of a record
    ):
        path.write_bytes(spoilt)
        reader = open_reader(tmp_path)
        before = findings(facts(reader, 50 * MINUTE, status=TrainingStatus.STOPPED))
        assert before[NAME].status is FindingStatus.OK
        assert findings(facts(reader, 50 * MINUTE))["logging_broken"].status is FindingStatus.OK
        after = findings(facts(reader, 100 * MINUTE, status=TrainingStatus.STOPPED))
        assert after[NAME].status is FindingStatus.FIRING


def test_each_of_many_damaged_records_has_its_place_in_time(tmp_path):
    path = write_events(tmp_path, ppo(100))
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    data[-20] ^= 1
    path.write_bytes(data)
    early, late = open_reader(tmp_path).problems
    first = present(early.after)
    assert first < present(late.after) == at(100 * MINUTE).timestamp()
    assert early.seen_by(first)
    assert not late.seen_by(first)


def test_a_leap_of_steps_is_a_warning(tmp_path):
    series = {
        tag: [
            (step + (50 * STEPS if step > 95 * STEPS else 0), wall, value)
            for step, wall, value in p
        ]
        for tag, p in ppo(100).items()
    }
    found = issue(tmp_path, series)
    assert found.status is FindingStatus.FIRING
    assert "steps jump by" in found.headline


def test_steps_that_go_back_without_a_restart_are_a_warning(tmp_path):
    series = {
        tag: [
            (step - (20 * STEPS if step > 95 * STEPS else 0), wall, value)
            for step, wall, value in p
        ]
        for tag, p in ppo(100).items()
    }
    found = issue(tmp_path, series)
    assert found.status is FindingStatus.FIRING
    assert "go back" in " ".join(found.evidence_for)


def test_a_restart_is_no_issue(tmp_path):
    write_events(tmp_path / "a", ppo(50))
    resumed = {
        tag: [(step, wall + HOUR, value) for step, wall, value in points[40:]]
        for tag, points in ppo(100).items()
    }
    write_events(tmp_path / "b", resumed)
    found = findings(facts(open_reader(tmp_path), 100 * MINUTE + HOUR, attempts=2))[NAME]
    assert found.status is FindingStatus.OK


def test_two_writers_at_once_are_told(tmp_path):
    write_events(tmp_path / "a", ppo(100))
    second = {tag: [(s, w + 5, v) for s, w, v in points[40:]] for tag, points in ppo(100).items()}
    write_events(tmp_path / "b", second)
    found = findings(facts(open_reader(tmp_path), 101 * MINUTE, attempts=2))[NAME]
    assert found.status is FindingStatus.FIRING
    assert "two writers" in " ".join(found.evidence_for)


def test_the_data_check_and_the_log_are_heard(tmp_path):
    write_events(tmp_path, ppo(100))
    given = facts(open_reader(tmp_path), 100 * MINUTE)
    check = JobFacts(
        "d1", JobState.SUCCEEDED, "", at(0), {"ok": False, "errors": ["gap"]}, "logs/d1"
    )
    found = findings(replace(given, data_check=check))[NAME]
    assert (found.status, found.severity) == (FindingStatus.FIRING, Severity.CRITICAL)
    assert "gap" in found.headline
    log = LogFacts("training.log", True, errors=("[ERROR] found invalid values: nan",))
    assert findings(replace(given, log=log))[NAME].severity is Severity.CRITICAL
    fine = LogFacts("training.log", True, errors=("[ERROR] finance module missing",))
    assert findings(replace(given, log=fine))[NAME].status is FindingStatus.OK


def test_a_file_that_ends_inside_a_record_is_told_once_it_is_silent(tmp_path):
    path = write_events(tmp_path, ppo(100))
    path.write_bytes(path.read_bytes()[:-7])
    reader = open_reader(tmp_path)
    assert findings(facts(reader, 101 * MINUTE))["data_issue"].status is FindingStatus.OK
    found = findings(facts(reader, 100 * MINUTE + HOUR))["data_issue"]
    assert found.status is FindingStatus.FIRING
    assert "ends with an incomplete record" in found.headline


def test_a_clock_that_was_set_back_is_named_and_raises_no_alarm(tmp_path):
    series = ppo(100)
    for points in series.values():
        points[:] = [(step, wall - 2 * HOUR * (step > 90 * STEPS), v) for step, wall, v in points]
    folder = tmp_path / "run"
    folder.mkdir()
    rows = sorted((p[0], tag, p) for tag, points in series.items() for p in points)
    records = [scalar(tag, *point) for _, tag, point in rows]
    (folder / "tfevents.1").write_bytes(header(rows[0][2][1]) + b"".join(records))
    found = findings(facts(open_reader(folder), 100 * MINUTE))[NAME]
    assert found.status is FindingStatus.RECOVERING
    assert "the clock was set back by 1 h 59 min before step" in found.headline
    assert "ordered as they were written" in found.headline
