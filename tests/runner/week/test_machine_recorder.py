"""What the runner writes of itself, its machine and its jobs, as the pages see them."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, JobState, Liveness
from runner.home.machine_log import MachineLine, MachineLog
from tests.expected import present

if TYPE_CHECKING:
    import pytest

    from tests.runner.place import Place


def lines(place: Place) -> list[MachineLine]:
    written = place.home.machine_log.read_bytes().splitlines()
    return [MachineLine.model_validate_json(line) for line in written]


def test_a_runner_writes_what_pages_see_of_a_live_job(place: Place) -> None:
    job = place.submit(JobKind.BACKUP, wait=True)
    service = place.service(machine_log_s=0.001)
    try:
        place.until(service, job, JobState.RUNNING)
        service.tick(datetime.now(UTC))
        line = lines(place)[-1]
        pulse = present(place.lead.pulse(job.id))
        assert line.jobs[job.id].liveness is pulse.liveness is Liveness.WORKING
        steps = present(line.jobs[job.id].progress)["steps"]
        assert 0 < steps <= present(place.lead.progress(job.id))["steps"]
        assert present(line.disk_free) > 0
        assert (line.epoch, line.cores) == (service.fenced.epoch, os.cpu_count())
        then = MachineLog(place.home.machine_log).then(line.at, line.epoch)
        assert abs(present(then.line).at - line.at) < timedelta(milliseconds=1)
        place.go(job)
        place.until(service, job)
        service.tick(datetime.now(UTC))
        assert lines(place)[-1].jobs == {}
    finally:
        service.close()


def test_lines_come_at_their_interval_and_the_first_names_the_runner_before(place: Place) -> None:
    place.service().close()
    assert not place.home.machine_log.exists(), "it made no round"
    service = place.service()
    before = datetime.now(UTC)
    for _ in range(3):
        service.tick(datetime.now(UTC))
    service.close()
    (only,) = lines(place)
    assert only.every == 15.0
    assert present(only.before) < before
    off = place.service(machine_log_s=0)
    off.tick(datetime.now(UTC))
    off.close()
    assert len(lines(place)) == 1


def test_a_log_that_cannot_be_written_stops_nothing(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.home.machine_log.mkdir(parents=True)
    service = place.service(machine_log_s=0.001)
    for _ in range(3):
        service.tick(datetime.now(UTC))
    service.close()
    said = [each.message for each in caplog.records if "machine.jsonl" in each.message]
    assert len(said) == 1, said
