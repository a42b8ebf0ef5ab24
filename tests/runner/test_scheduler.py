"""What the schedule asks for by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from core.timestamps import parse_moment
from core.vocabulary import JobKind, JobState
from runner.outcomes import Recorded
from runner.scheduler import daily_moments, due_jobs
from tests.runner.place import LAUNCH, Place, wait_for

if TYPE_CHECKING:
    import pytest

DAYS = [date(2026, 2, day) for day in (23, 24, 25, 26)]


def dates(place: Place, moment: str, *asked: date) -> list[str]:
    return [str(j.params.date) for j in due_jobs(place.week, parse_moment(moment), set(asked))]


def test_a_daily_check_is_due_at_its_moment_and_not_before(place: Place) -> None:
    assert dates(place, "2026-02-23T18:59:59Z") == []
    assert dates(place, "2026-02-23T19:00:00Z") == ["2026-02-23"]
    assert dates(place, "2026-02-24T09:59:59Z", DAYS[0]) == []
    assert dates(place, "2026-02-24T10:00:00Z", DAYS[0]) == ["2026-02-24"]


def test_a_runner_that_was_away_asks_for_the_days_it_missed(place: Place) -> None:
    assert dates(place, "2026-02-26T12:00Z", DAYS[1]) == ["2026-02-23", "2026-02-25", "2026-02-26"]


def test_a_week_that_is_over_is_left_alone(place: Place) -> None:
    assert dates(place, "2026-02-28T18:00Z") == []


def test_a_week_that_can_not_be_planned_is_reported_and_other_jobs_are_supervised(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A home of an earlier version, which accepted any launch.
    monkeypatch.setattr("runner.client.weeks.require_usable_launch", lambda launch: None)
    far = place.lead.create_week(parse_moment("9999-12-31T23:59Z"))
    assert isinstance(far, Recorded)
    service = place.service(schedule=True, schedule_s=0.0)
    job = place.until(service, place.submit())
    assert job.state is JobState.SUCCEEDED
    said = [r.getMessage() for r in caplog.records if r.getMessage().startswith("The schedule: ")]
    assert len(said) == 1
    assert "of a week launched at 9999-12-31T23:59:00Z is on no day of the calendar" in said[0]
    place.lead.use_week(place.week.id)
    caplog.set_level("INFO")
    service.tick(datetime.now(UTC))
    assert "The schedule: the problem is solved." in caplog.text
    service.close()


def test_the_launch_day_is_judged_at_its_closing_look(place: Place) -> None:
    moments = daily_moments(place.week)
    assert sorted(moments) == DAYS
    assert moments[DAYS[0]] == datetime(2026, 2, 23, 19, tzinfo=UTC)


def test_the_runner_asks_once_for_each_day_in_order(place: Place) -> None:
    service = place.service(schedule=True, schedule_s=0.0)
    now = datetime.now(UTC)
    service.tick(now)
    assert place.lead.jobs(JobKind.DAILY_CHECK) == []  # by the machine's clock the week is over
    moment = LAUNCH + timedelta(days=1)
    place.lead.record_clock_point(place.week.id, now, moment, 0.0)

    def both_done() -> bool:
        service.tick(datetime.now(UTC))
        return [j.state for j in place.lead.jobs(JobKind.DAILY_CHECK)] == [JobState.SUCCEEDED] * 2

    wait_for(both_done)
    for _ in range(5):
        service.tick(datetime.now(UTC))
    jobs = place.lead.jobs(JobKind.DAILY_CHECK)
    assert [job.params for job in reversed(jobs)] == [
        {"date": "2026-02-23"},
        {"date": "2026-02-24"},
    ]
    assert jobs[0].requested_by == "runner"
