"""A checkpoint that a run skipped is reported once, and copied once."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import yaml
from sqlalchemy import Row, select

from core.files import write_json
from core.vocabulary import JobKind
from runner.incidents.corrupt_checkpoints import report_corrupt_checkpoints
from runner.models.checkpoints import SKIPPED
from runner.store import schema
from tests.expected import recorded
from tests.runner.place import LAUNCH, Place, after

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from runner.service import Service

PROBLEM = "Checkpoint 2000 is corrupt and was skipped: 2000/model.zip was changed."


def week_with(place: Place, change: Callable[[list[dict]], object]) -> None:
    """Make a week active whose playbook has other escalations."""
    content = yaml.safe_load(place.week.playbook_text)
    change(content["escalations"])
    file = place.home.root / "own.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True))
    place.lead.create_week(LAUNCH + timedelta(days=7), file)


def attempt_that_passed_over(place: Place) -> tuple[Row, Path]:
    """Its job's row and its folder; no process is needed."""
    job = place.submit(JobKind.TRAIN)
    folder = place.home.attempt(job.id, 1)
    write_json(folder / SKIPPED, {"problems": [PROBLEM], "used": 1000})
    with place.lead.store.read() as connection:
        return connection.execute(
            select(schema.jobs).where(schema.jobs.c.id == job.id)
        ).one(), folder


def looks(place: Place, service: Service, row: Row, folder: Path) -> list[str]:
    """Five looks, between which the best model changes; the model's copies after each."""
    place.home.model.mkdir(parents=True, exist_ok=True)
    for number in range(5):
        place.home.best_model.write_bytes(b"weights %d" % number)
        report_corrupt_checkpoints(place.home, service.fenced, row, folder, after(0))
    return sorted(path.name for path in place.home.model.glob("backup_before_bad_data*.zip"))


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]


def test_the_incident_is_opened_once_with_one_copy_and_the_procedures_line(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    week_with(place, lambda specs: specs[2].update(log_line="[ISSUE] Data problem"))
    row, folder = attempt_that_passed_over(place)
    assert looks(place, place.service(), row, folder) == ["backup_before_bad_data.zip"]
    (incident,) = place.lead.incidents(row.week_id)
    assert (incident.procedure, PROBLEM in incident.summary) == ("data", True)
    assert place.home.training_log.read_text().count("[ISSUE] Data problem\n") == 1
    (said,) = errors(caplog)
    assert said == incident.summary


def test_beside_an_incident_that_stands_it_is_said_once_and_nothing_is_copied(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    row, folder = attempt_that_passed_over(place)
    known = recorded(place.lead.open_incident(row.week_id, "data", "a gap"))
    assert looks(place, place.service(), row, folder) == []
    (said,) = errors(caplog)
    assert PROBLEM in said
    assert said.endswith(f"Incident {known.id} (data) is already open; check it there.")
    assert len(place.lead.incidents(row.week_id)) == 1


def test_without_the_procedure_it_is_said_once_and_nothing_is_copied(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    week_with(place, lambda specs: specs.pop(2))
    row, folder = attempt_that_passed_over(place)
    assert looks(place, place.service(), row, folder) == []
    (said,) = errors(caplog)
    assert PROBLEM in said
    assert said.endswith("The playbook has no procedure 'data'.")


def test_a_file_of_somebody_elses_under_that_name_says_nothing(place: Place) -> None:
    row, folder = attempt_that_passed_over(place)
    write_json(folder / SKIPPED, {"something": "else"})
    assert looks(place, place.service(), row, folder) == []
    assert place.lead.incidents(row.week_id) == []
