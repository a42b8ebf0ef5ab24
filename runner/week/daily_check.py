"""The daily check: judges a day and writes its summary. The only writer of that file."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from core.checks.daily import daily_summary, read_daily_summary, write_daily_summary
from core.errors import InputError
from core.language import Message
from core.path_names import numbered
from runner.scheduler import daily_moments
from runner.week.facts import gather
from runner.week.judged_moment import run_finished
from runner.week.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.playbook import Playbook
    from core.week import Week
    from runner.client import Client


def check_moment(week: Week, day: date) -> datetime:
    """The week time as of which a day is judged.

    The day's check-in, on the launch day the last hourly slot; a day without either is judged
    as of its end.

    :raises InputError: the day is not a day of the week.
    """
    week.require_day(day)
    end_of_day = datetime.combine(day, time(23, 59, 59), UTC)
    return daily_moments(week).get(day, end_of_day)


def playbook_of_day(sources: Sources, day: date) -> tuple[Playbook, str]:
    """The playbook that a day is judged under, the one in force at its check; and its hash."""
    moment = check_moment(sources.week, day)
    replaced = sources.week.replaced_after(moment, run_finished(sources))
    if replaced is not None:
        return replaced.playbook, replaced.sha256
    return sources.week.playbook, sources.week.playbook_sha256


def run_daily_check(client: Client, week: Week, day: date) -> Mapping[str, Any]:
    """Judge the day as of its check time (or now, if that is earlier), write and return it.

    :raises InputError: the day is not a day of the week, or has not begun.
    """
    sources = Sources.of(client, week)
    if day > sources.now_week.date():
        raise InputError(
            Message(
                "{day} has not begun: it is {now:%Y-%m-%d %H:%M} UTC now.",
                day=day,
                now=sources.now_week,
            ),
            Message("Use a day up to today. A later day is judged when it comes."),
        )
    moment = min(check_moment(week, day), sources.now_week)
    playbook, sha256 = playbook_of_day(sources, day)
    summary = daily_summary(playbook, day, gather(sources, moment))
    summary |= {"week": week.id, "playbook_sha256": sha256}
    path = sources.home.daily_summary(day)
    if read_daily_summary(path).of_week(week.id).state == "missing" and path.exists():
        path.rename(numbered(path))  # another week of the same day wrote it
    write_daily_summary(path, summary)
    return summary
