"""Jobs that the schedule requests: the daily checks. No other job starts automatically."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.job_params import DailyCheckParams
from core.vocabulary import JobKind

if TYPE_CHECKING:
    from collections.abc import Set

    from core.week import Week

# After this time beyond its last slot a week gets no more checks.
_OVER = timedelta(days=1)


@dataclass(frozen=True)
class DueJob:
    """A job that the schedule requests."""

    kind: JobKind
    params: DailyCheckParams
    key: str  # two requests with it make one job


def due_jobs(week: Week, now_week: datetime, requested: Set[date]) -> list[DueJob]:
    """The daily checks that are due and not requested yet.

    One for each day with a daily check-in, and one for the launch day at its last hourly
    slot. A runner that was not running requests the missed days in order: a day is judged
    as of its own time, so a late judgement gives the same result.

    :param now_week: present week time.
    :param requested: days for which a daily check was requested, by the schedule or a person.
    """
    moments = daily_moments(week)
    if now_week - max(slot.at(week.launch) for slot in week.slots()) > _OVER:
        return []
    return [
        DueJob(JobKind.DAILY_CHECK, DailyCheckParams(date=day), f"schedule:{week.id}:{day}")
        for day, moment in sorted(moments.items())
        if moment <= now_week and day not in requested
    ]


def daily_moments(week: Week) -> dict[date, datetime]:
    """Week time of each day's check: the check-in, on the launch day the last hourly slot."""
    hourly = [slot.at(week.launch) for slot in week.slots() if slot.kind == "hourly"]
    daily = [slot.at(week.launch) for slot in week.slots() if slot.kind == "daily"]
    closing = [max(hourly)] if hourly else []
    return {moment.date(): moment for moment in (*closing, *daily)}
