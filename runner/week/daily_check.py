"""The daily check: judges a day and writes its summary. The one writer of that file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from core.checks.daily import daily_summary, write_daily_summary
from core.errors import InputError
from core.week import Week
from runner.client import Client
from runner.scheduler import daily_moments
from runner.week.facts import gather
from runner.week.sources import Sources


def check_moment(week: Week, day: date) -> datetime:
    """The week moment as of which a day is judged.

    A day's own check-in, or on the launch day the closing look; a day of the week
    without either is judged as of its end.

    :raises InputError: the day is no day of the week.
    """
    if not week.launch_day <= day <= week.last_day:
        raise InputError(
            f"{day} is no day of the week {week.id} ({week.launch_day} to {week.last_day}).",
            "Give a day of the active week, or make another week active: trainweek week use.",
        )
    end_of_day = datetime.combine(day, time(23, 59, 59), UTC)
    return daily_moments(week).get(day, end_of_day)


def run_daily_check(client: Client, week: Week, day: date) -> Mapping[str, Any]:
    """Judge the day as of its check moment (or now, if that lies ahead), write and return it."""
    sources = Sources.of(client, week)
    moment = min(check_moment(week, day), sources.now_week)
    summary = daily_summary(week.playbook, day, gather(sources, moment))
    write_daily_summary(client.home.daily_summary(day), summary)
    return summary
