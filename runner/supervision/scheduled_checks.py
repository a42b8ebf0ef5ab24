"""Requests of the daily checks that are due, in the runner's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.job_params import DailyCheckParams, stored_params
from core.vocabulary import JobKind
from runner.scheduler import due_jobs
from runner.store import queries, schema
from runner.store.fenced_store import FencedStore, StaleRunner
from runner.store.requests import job_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlalchemy.engine import Connection

    from core.clock import Clock
    from core.week import Week
    from runner.reported_problems import ReportedProblems
    from runner.settings import Settings
    from runner.store import Store
    from runner.supervision.active_jobs import ActiveJobs, ActiveSnapshot

_SUBJECT = "The schedule"  # of its problems in the log


class ScheduledChecks:
    """Requests what the schedules of the weeks in progress ask for, in each one job after another."""

    def __init__(
        self,
        store: Store,
        fenced: FencedStore,
        active: ActiveJobs,
        settings: Settings,
        monotonic: Callable[[], float],
        problems: ReportedProblems,
    ) -> None:
        self.store, self.fenced, self.active = store, fenced, active
        self.settings, self.monotonic, self._problems = settings, monotonic, problems
        self._plan: _Plan | None = None
        self._checked = -settings.schedule_s

    def tick(self, now: datetime) -> None:
        """Request the first job that is due in each week, if the schedules are to be checked now.

        A week that can't be planned is a reported problem: it must not end the runner.

        :raises StaleRunner: another runner has taken over.
        """
        if not self.settings.schedule:
            return
        if self.monotonic() - self._checked < self.settings.schedule_s:
            return
        self._checked = self.monotonic()
        with self._problems.guarding(_SUBJECT, through=StaleRunner):
            self._request_due_jobs(now)

    def _request_due_jobs(self, now: datetime) -> None:
        snapshot = self.active.read()
        if self._plan is None or self._plan.snapshot is not snapshot:
            self._plan = self._read_plan(snapshot)
        wrong = None
        for week in self._plan.weeks:
            try:
                self._request_first(week, now)
            except StaleRunner:
                raise
            except Exception as error:  # one week must not keep the others from their checks
                wrong = wrong or error
        if wrong is not None:
            raise wrong

    def _request_first(self, plan: _WeekPlan, now: datetime) -> None:
        due = () if plan.busy else due_jobs(plan.week, plan.clock.to_week(now), plan.asked)
        if not due:
            return
        first = due[0]  # the others follow, one after another
        with self.fenced.write(now) as write:
            if queries.active_job(write.connection, first.kind, plan.week.id) is None:
                write.append(job_request(first.kind, first.params, None, now), plan.week.id)

    def _read_plan(self, snapshot: ActiveSnapshot) -> _Plan:
        with self.store.read() as connection:
            weeks = queries.weeks_in_progress(connection)
            return _Plan(snapshot, tuple(_week_plan(connection, week) for week in weeks))


def _week_plan(connection: Connection, week: Week) -> _WeekPlan:
    jobs = schema.jobs
    params = connection.execute(
        select(jobs.c.params).where(jobs.c.kind == JobKind.DAILY_CHECK, jobs.c.week_id == week.id)
    ).scalars()
    dates = (stored_params(DailyCheckParams, each).date for each in params)
    asked = {day for day in dates if day is not None}
    busy = queries.active_job(connection, JobKind.DAILY_CHECK, week.id) is not None
    return _WeekPlan(week, queries.clock_of(connection, week.id), frozenset(asked), busy)


@dataclass(frozen=True)
class _WeekPlan:
    """What the schedule of one week depends on."""

    week: Week
    clock: Clock
    asked: frozenset[date]
    busy: bool


@dataclass(frozen=True)
class _Plan:
    """The weeks in progress; valid as long as its snapshot."""

    snapshot: ActiveSnapshot
    weeks: tuple[_WeekPlan, ...]
