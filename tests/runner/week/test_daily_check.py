from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from core.errors import InputError
from runner.week.daily_check import check_moment, run_daily_check
from runner.week.sources import Sources
from tests.expected import recorded
from tests.runner.place import LAUNCH, Place


@pytest.mark.parametrize(
    ("day", "moment"),
    [
        (date(2026, 2, 23), datetime(2026, 2, 23, 19, tzinfo=UTC)),
        (date(2026, 2, 24), datetime(2026, 2, 24, 10, tzinfo=UTC)),
        (date(2026, 2, 26), datetime(2026, 2, 26, 10, tzinfo=UTC)),
        (date(2026, 2, 27), datetime(2026, 2, 27, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_is_judged_as_of_its_own_check(place: Place, day: date, moment: datetime) -> None:
    assert check_moment(place.week, day) == moment


@pytest.mark.parametrize("day", [date(2026, 2, 22), date(2026, 2, 28)])
def test_a_day_outside_the_week_is_refused(place: Place, day: date) -> None:
    with pytest.raises(InputError, match="not a day of week"):
        check_moment(place.week, day)


def test_a_day_that_has_not_begun_is_refused_and_writes_nothing(place: Place) -> None:
    now = LAUNCH + timedelta(hours=3)
    place.lead.record_clock_point(place.week.id, datetime.now(UTC), now, 0.0)
    tomorrow = LAUNCH.date() + timedelta(days=1)
    with pytest.raises(InputError, match="2026-02-24 has not begun: it is 2026-02-23 17:00") as why:
        run_daily_check(place.lead, place.week, tomorrow)
    assert "up to today" in why.value.remedy
    assert not place.home.daily_summary(tomorrow).exists()


def test_a_check_before_its_moment_is_judged_as_of_now_and_written(place: Place) -> None:
    now = LAUNCH + timedelta(hours=3)
    place.lead.record_clock_point(place.week.id, datetime.now(UTC), now, 0.0)
    summary = run_daily_check(place.lead, place.week, LAUNCH.date())
    written = json.loads(place.home.daily_summary(LAUNCH.date()).read_text("utf-8"))
    assert written == summary
    assert written["as_of"] == "2026-02-23T17:00:00Z"
    assert written["training_status"] == "NOT_STARTED"
    assert written["last_reward"] is None
    assert "✅" not in written["checklist"].split()[0]


def test_two_weeks_of_a_day_keep_their_own_summaries(place: Place) -> None:
    day, client = LAUNCH.date(), place.lead
    path = place.home.daily_summary(day)
    for week in (place.week, recorded(client.create_week(LAUNCH + timedelta(hours=4)))):
        sources = Sources.of(client, week)
        assert sources.daily_summary(day).state == "missing"
        client.record_clock_point(week.id, datetime.now(UTC), LAUNCH + timedelta(hours=6), 0.0)
        before = path.read_bytes() if path.exists() else None
        run_daily_check(client, week, day)
        assert json.loads(path.read_text("utf-8"))["week"] == week.id
        assert Sources.of(client, week).daily_summary(day).state == "ok"
    assert week.id == f"{day}-2"
    kept = [each for each in path.parent.iterdir() if each != path]
    assert [each.read_bytes() for each in kept] == [before]
