"""All records of a week are from one state of the store."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING

from core.vocabulary import JobKind, Verdict
from runner.store import record_queries
from tests.expected import present, recorded
from tests.runner.place import LAUNCH, Place

if TYPE_CHECKING:
    import pytest
    from sqlalchemy import Connection

    from runner.records import Tick


def test_what_is_written_during_the_read_is_in_none_of_the_records(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jobs are read before the ticks; a job and a tick that come between are both left out."""
    read_ticks = record_queries.ticks
    writers: list[Thread] = []

    def write() -> None:
        other = place.client(place.lead.person)
        other.submit(JobKind.BACKUP)
        other.tick(place.week.id, "hourly_1", "speed", "", Verdict.PASS, "1")

    def interrupted(connection: Connection, week_id: str, slot: str | None = None) -> list[Tick]:
        if not writers:
            writers.append(Thread(target=write))
            writers[0].start()
            time.sleep(0.3)  # enough for a write; one that waits for this read is fine, too
        return read_ticks(connection, week_id, slot)

    monkeypatch.setattr(record_queries, "ticks", interrupted)
    records = present(place.lead.week_records())
    writers[0].join()
    assert (records.jobs, records.ticks) == ((), ())
    assert all(entry.kind == "week" for entry in records.activity)
    later = present(place.lead.week_records())
    assert len(later.jobs) == len(later.ticks) == 1


def test_what_was_read_is_given_back_until_something_is_written(place: Place) -> None:
    first = place.lead.week_records()
    assert place.lead.week_records(known=first) is first
    assert place.lead.week_records(place.week.id, known=first) is first
    place.lead.note(place.week.id, "hourly_1", "seen")
    second = present(place.lead.week_records(known=first))
    assert second is not first
    assert len(second.notes) == 1


def test_another_week_is_not_given_back_as_the_active_one(place: Place) -> None:
    first = place.lead.week_records()
    made = recorded(place.lead.create_week(LAUNCH.replace(month=3)))
    active = present(place.lead.week_records(known=first))
    assert active.week.id == made.id
    assert present(place.lead.week_records(place.week.id, known=active)).week.id == place.week.id
    assert place.lead.week_records("1999-01-01") is None


def test_attempts_are_those_of_the_weeks_jobs_in_the_order_of_their_numbers(place: Place) -> None:
    service = place.service()
    job = place.until(service, place.submit(JobKind.PREFLIGHT))
    service.close()
    records = present(place.lead.week_records())
    assert records.jobs == (place.job(job),)
    assert records.attempts == {job.id: tuple(place.lead.attempts(job.id))}
