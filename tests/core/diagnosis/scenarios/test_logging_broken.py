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


def test_a_new_attempt_has_the_time_to_write_its_first_event(tmp_path):
    write_events(tmp_path, ppo(100))
    reader = open_reader(tmp_path)

    def status(minutes: float, **known) -> FindingStatus:
        """So long after a restart that came 100 min after the last event; its log grows."""
        now = (200 + minutes) * MINUTE
        given = facts(reader, now, attempts=2, **known)
        log = LogFacts("logs/ppo_training/training.log", True, last_line_at=at(now - 1))
        finding = findings(replace(given, log=log))["logging_broken"]
        said = " ".join(finding.evidence_for)
        assert ("after the newest attempt began" in said) is (finding.status is FIRING)
        return finding.status

    began = at(200 * MINUTE)
    assert status(1, attempt_started=began) is OK
    assert status(29, attempt_started=began) is OK
    assert status(31, attempt_started=began) is FIRING  # the grace before there is a cadence
    assert status(31, attempt_started=None) is OK  # since when is not known


def test_event_files_that_vanish_while_it_trains_are_told(tmp_path):
    path = write_events(tmp_path / "run", ppo(100))
    reader = open_reader(tmp_path / "run")
    path.rename(tmp_path / "hidden")
    reader.refresh()
    found = findings(facts(reader, 101 * MINUTE))
    assert found["logging_broken"].status is FIRING
    assert found["no_metrics"].status is FIRING
    assert "deleted" in found["no_metrics"].headline
