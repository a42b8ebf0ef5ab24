"""Which jobs the schedule asks for: the daily checks. Nothing else starts by itself."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.job_params import DailyCheckParams
from core.vocabulary import JobKind
from core.week import Week

# A week that is over for so long is only looked at.
_OVER = timedelta(days=1)


@dataclass(frozen=True)
class DueJob:
    """A job that the schedule asks for."""

    kind: JobKind
    params: dict[str, Any]
    key: str  # asking twice makes one job


def due_jobs(week: Week, now_week: datetime, asked: Set[date]) -> list[DueJob]:
    """The daily checks whose moment has come and whose day was not asked for yet.

    One for each day with a daily check-in, and one for the launch day at its closing
    look. A runner that was away asks for the days that it missed, in their order: a
    day is judged as of its own moment, so a late judgement is the same.

    :param now_week: where the week stands.
    :param asked: days for which a daily check was asked for, by whomever.
    """
    moments = daily_moments(week)
    if now_week > max(slot.at(week.launch) for slot in week.playbook.schedule) + _OVER:
        return []
    return [
        DueJob(JobKind.DAILY_CHECK, DailyCheckParams(day=day).stored(), f"schedule:{week.id}:{day}")
        for day, moment in sorted(moments.items())
        if moment <= now_week and day not in asked
    ]


def daily_moments(week: Week) -> dict[date, datetime]:
    """Week moment of each day's check: the check-in, on the launch day the closing look."""
    hourly = [slot.at(week.launch) for slot in week.playbook.slots_of_kind("hourly")]
    daily = [slot.at(week.launch) for slot in week.playbook.slots_of_kind("daily")]
    closing = [max(hourly)] if hourly else []
    return {moment.date(): moment for moment in (*closing, *daily)}
