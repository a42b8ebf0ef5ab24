"""What ``?at=`` accepts, and how a bad one is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.asked_moment import asked_moment, asking_for, asking_for_real
from core.clock import Clock, ClockPoint
from core.errors import InputError

NOW = datetime(2026, 2, 27, 12, tzinfo=UTC)
AT = datetime(2026, 2, 24, 3, 10, tzinfo=UTC)
PLAYED = datetime(2026, 11, 29, 16, tzinfo=UTC)
# Two week hours in a real minute, then it stands still for a minute, then it goes on.
DEMO = Clock(
    (
        ClockPoint(PLAYED, AT, 0.0),
        ClockPoint(PLAYED + timedelta(minutes=1), AT + timedelta(hours=2), 0.0),
        ClockPoint(PLAYED + timedelta(minutes=2), AT + timedelta(hours=2), 0.0),
        ClockPoint(PLAYED + timedelta(minutes=3), AT + timedelta(hours=4), 0.0),
    )
)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-24T03:10Z",
        "2026-02-24T03:10",
        "2026-02-24 03:10",
        "2026-02-24T00:10-03:00",
        "2026-02-24T05:10+02:00",
        "2026-02-24T05:10 02:00",  # what a browser makes of the line above
        " 2026-02-24T03:10:00.0Z ",
        "real:2026-02-24T03:10Z",
    ],
)
def test_the_same_moment_in_every_form(text: str) -> None:
    found = asked_moment(text, Clock(), NOW)
    assert (found.real, found.week) == (AT, AT)


def test_week_time_is_the_rule_and_real_time_tells_a_standing_clock_apart() -> None:
    now = PLAYED + timedelta(minutes=5)
    in_week = asked_moment("2026-02-24T05:10Z", DEMO, now)
    assert in_week.real == PLAYED + timedelta(minutes=1)
    assert in_week.shown == AT + timedelta(hours=2)
    in_real = asked_moment("real:2026-11-29T16:01:30Z", DEMO, now)
    assert in_real.real == PLAYED + timedelta(seconds=90)
    assert (in_real.week, in_real.shown) == (AT + timedelta(hours=2), None)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "real:", "2026-02-31T00:00Z", "<b>", "0001-01-01T00:00+14:00"]
)
def test_what_is_no_moment_is_said_with_the_form(text: str) -> None:
    with pytest.raises(InputError) as refused:
        asked_moment(text, DEMO, NOW)
    assert "is not a moment" in refused.value.what
    assert "2026-02-24T03:10Z" in refused.value.remedy


@pytest.mark.parametrize(
    ("text", "clock", "now"),
    [
        ("2026-02-27T12:01Z", Clock(), NOW),
        ("real:2031-01-01T00:00Z", DEMO, PLAYED),
        ("2026-02-28T00:00Z", DEMO, PLAYED + timedelta(days=9)),  # this clock never gets there
    ],
)
def test_a_moment_that_has_not_come_yet(text: str, clock: Clock, now: datetime) -> None:
    with pytest.raises(InputError, match="has not come yet"):
        asked_moment(text, clock, now)


def test_what_is_written_is_read_again() -> None:
    assert asking_for(AT) == "2026-02-24T03:10Z"
    real = PLAYED + timedelta(seconds=1.5)
    assert asked_moment(asking_for_real(real), DEMO, real).real == real
    assert asked_moment(asking_for(AT), DEMO, real).week == AT
