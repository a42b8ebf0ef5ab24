"""logging_broken: the process works, and its events are lost."""

from __future__ import annotations

from dataclasses import replace

from core.facts import LogFacts
from core.vocabulary import FindingStatus
from tests.core.diagnosis.runs import (
    MINUTE,
    at,
    facts,
    findings,
    open_reader,
    ppo,
)
from tests.event_files import write_events

FIRING, OK = FindingStatus.FIRING, FindingStatus.OK


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


def test_event_files_that_vanish_while_it_trains_are_told(tmp_path):
    path = write_events(tmp_path / "run", ppo(100))
    reader = open_reader(tmp_path / "run")
    path.rename(tmp_path / "hidden")
    reader.refresh()
    found = findings(facts(reader, 101 * MINUTE))
    assert found["logging_broken"].status is FIRING
    assert found["no_metrics"].status is FIRING
    assert "deleted" in found["no_metrics"].headline
