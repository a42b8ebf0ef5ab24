"""Reasons and summaries in each language, from new lines and old ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from core.language import Message
from core.ledger_bodies import IncidentOpened, JobChanged, JobColumns
from core.paths import Home
from core.vocabulary import IncidentState, JobKind, JobState, Verdict
from runner.client import Client
from runner.recovery.shared_verification import verify_record
from runner.store import Store, migrate, schema
from tests.runner.place import LEAD, Place, after

if TYPE_CHECKING:
    from pathlib import Path

    from runner.records import Job

STOPPED = Message("Stopped by {by}; exit code {code}.", by="Eva", code=7)


def written(place: Place, job: Job, reason: str) -> Message:
    """The job's reason after the runner wrote this one."""
    service = place.service()
    with service.fenced.write(after(0)) as write:
        write.append(JobChanged(job_id=job.id, job=JobColumns(reason=reason)), place.week.id)
    service.close()
    return place.job(job).reason


def test_a_reason_reads_in_each_language(place: Place) -> None:
    reason = written(place, place.submit(JobKind.PREFLIGHT), STOPPED)
    assert reason == "Stopped by Eva; exit code 7."
    assert reason.in_("pt") == "Parado por Eva; código de saída 7."


def test_a_reason_of_an_older_version_stays_as_it_is(place: Place) -> None:
    job = place.submit(JobKind.PREFLIGHT)
    written(place, job, STOPPED)
    reason = written(place, job, "It ended {somehow}.")
    assert reason == reason.in_("pt") == "It ended {somehow}."


def test_the_value_of_a_tick_reads_in_each_language(place: Place) -> None:
    week, seen = place.week, Message("no data yet")
    for check, value in (("reward_positive", seen), ("speed", "1,234 steps/s")):
        place.lead.tick(week.id, "hourly_1", check, verdict_seen=Verdict.PENDING, value_seen=value)
    ticks = {tick.check: tick for tick in place.lead.ticks(week.id)}
    assert ticks["reward_positive"].value_seen == "no data yet"
    assert ticks["reward_positive"].value_seen.in_("pt") == seen.in_("pt") != seen
    assert ticks["speed"].value_seen == ticks["speed"].value_seen.in_("pt") == "1,234 steps/s"
    assert verify_record(place.home, tables=True).ok


def test_a_summary_reads_in_each_language(place: Place) -> None:
    service, week = place.service(), place.week
    with service.fenced.write(after(0)) as write:
        summary = Message("{job} failed. {reason}", job="train-1", reason=STOPPED)
        body = IncidentOpened(procedure="crash", summary=summary, blocks_start=True, kept=None)
        write.append(body, week.id)
    service.close()
    (incident,) = place.lead.incidents(week.id)
    assert incident.state is IncidentState.OPEN
    assert incident.summary == "train-1 failed. Stopped by Eva; exit code 7."
    assert incident.summary.in_("pt") == "train-1 falhou. Parado por Eva; código de saída 7."


@pytest.mark.sqlite
def test_a_record_that_can_not_be_read_leaves_the_english_text(place: Place) -> None:
    job = place.submit(JobKind.PREFLIGHT)
    written(place, job, STOPPED)
    with closing(sqlite3.connect(place.home.database)) as connection:
        connection.execute('UPDATE jobs SET reason_message = \'{"template": "{by.gone}"}\'')
        connection.commit()
    assert place.job(job).reason == "Stopped by Eva; exit code 7."


def test_rebuilt_tables_hold_the_same_records(place: Place) -> None:
    job = place.submit(JobKind.TRAIN, do="fail")
    service = place.service()
    assert place.until(service, job).state is JobState.FAILED
    service.close()
    with place.lead.store.read() as connection:
        jobs, incidents = schema.jobs, schema.incidents
        assert connection.execute(jobs.select().where(jobs.c.reason_message.is_not(None))).all()
        assert connection.execute(
            incidents.select().where(incidents.c.summary_message.is_not(None))
        ).all()
    assert verify_record(place.home, tables=True).ok


def test_a_database_without_records_is_migrated_and_shows_its_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    with monkeypatch.context() as before:
        before.setattr(migrate, "REVISION", "0003")
        Store(home)
    with closing(sqlite3.connect(home.database)) as connection:
        connection.execute(
            "INSERT INTO jobs (id, kind, state, reason, params, requested_by, requested_at,"
            " requested_at_week, attempt, spawns_lost, seq) VALUES ('backup-1', 'backup', 'LOST',"
            " 'It vanished.', '{}', 'Eva', '2026-02-23T14:00:00.000000Z',"
            " '2026-02-23T14:00:00.000000Z', 1, 0, 1)"
        )
        connection.commit()
    job = Client(home, LEAD).job("backup-1")
    assert job is not None
    assert job.reason == job.reason.in_("pt") == "It vanished."
    assert home.database.with_suffix(f".before-{migrate.REVISION}.db").exists()
