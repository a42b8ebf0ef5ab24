"""Program: the daily check-in of one day, requested by the schedule or a person."""

from __future__ import annotations

import json

from core.errors import InputError
from core.job_params import DailyCheckParams
from core.language import Message
from core.people import Person
from core.vocabulary import Role
from core.week import CREATE_WEEK
from runner.client import Client
from runner.jobs.attempt import COMPLETE, Spec, StopFlag, run_program
from runner.week.daily_check import run_daily_check


def daily_check(spec: Spec, stop: StopFlag) -> int:
    """Judge the requested day (default: today in week time)."""
    client = Client(spec.home, Person(spec.requested_by, Role.VIEWER))
    week = client.week(spec.week_id or "")
    if week is None:
        raise InputError(
            Message("A daily check belongs to a week, but there is none."),
            CREATE_WEEK,
        )
    day = spec.asked(DailyCheckParams).date or client.now_week(week.id).date()
    summary = run_daily_check(client, week, day)
    print(json.dumps(summary, indent=2, ensure_ascii=False), flush=True)
    spec.write_result(
        {
            "complete": True,
            "date": day.isoformat(),
            "checklist": summary["checklist"],
            "file": spec.home.relative(spec.home.daily_summary(day)),
            "summary": summary,  # the file may be written again; see runner.week.past_sources
        }
    )
    return COMPLETE


if __name__ == "__main__":
    raise SystemExit(run_program(daily_check))
