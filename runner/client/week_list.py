"""All weeks with their states, for lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from core.market.synthetic_mark import is_marked
from core.vocabulary import ACTIVE_STATES, JobKind, WeekState
from runner.client.signatures.status import Signatures
from runner.client.week_changes import busy_week, started_week
from runner.files import read_json
from runner.store import queries, rows, schema
from runner.store.week_history import found_weeks

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy.engine import Connection

    from core.paths import Home
    from core.week import Week
    from runner.client.signatures.archived_decisions import ArchivedDecision
    from runner.outcomes import Refused
    from runner.records import Job


@dataclass(frozen=True)
class ListedWeek:
    """A week with what a list says of it."""

    week: Week
    state: WeekState
    training: Job | None  # the newest that began
    decided: ArchivedDecision | None  # the newest decision, with its signature
    fixed_launch: Refused | None  # why its launch time can't be changed; None: it can
    busy: Refused | None  # a job of it is waiting or in progress
    synthetic: bool = False  # by synthetic_market()


@dataclass(frozen=True)
class WeekWindow:
    """Some of the weeks, newest launch first: a list does not grow with the past."""

    weeks: tuple[ListedWeek, ...]
    first: int  # number of the first of them, from 0
    count: int  # of all that the list has
    archived: int  # weeks that are archived
    active: ListedWeek | None  # the active week, also if it is not among them


class WeekList(Signatures):
    """Reads what lists of weeks show."""

    def listed_weeks(self, only: Collection[str] | None = None) -> list[ListedWeek]:
        """All weeks, archived ones included, ordered by launch time; or only those of these ids."""
        return list(reversed(self.week_window(None, archived=True, only=only).weeks))

    def week_ids(self) -> list[str]:
        """The ids of all weeks, archived ones included, ordered by launch time."""
        table = schema.weeks
        with self.store.read() as connection:
            query = select(table.c.id).order_by(table.c.launch, table.c.id)
            return list(connection.scalars(query))

    def week_window(
        self,
        limit: int | None,
        first: int = 0,
        *,
        archived: bool = False,
        only: Collection[str] | None = None,
    ) -> WeekWindow:
        """At most ``limit`` weeks after the ``first`` newest ones.

        :param first: beyond the last one: the last window.
        :param archived: whether the list has archived weeks.
        :param only: leaves the others out.
        """
        table = schema.weeks
        query = select(table).order_by(table.c.launch.desc(), table.c.id.desc())
        with self.store.read() as connection:
            rows_of = select(func.count(), func.count(table.c.archived_at)).select_from(table)
            every, put_away = connection.execute(rows_of).one()
            count = every if archived else every - put_away
            if limit is not None and first >= count:
                first = max(count - 1, 0) // limit * limit
            if not archived:
                query = query.where(table.c.archived_at.is_(None))
            if only is not None:
                query = query.where(table.c.id.in_(sorted(only)))
            weeks = found_weeks(connection, query.limit(limit).offset(first))
            active = queries.active_week(connection)
        shown = {week.id for week in weeks} | ({active.id} if active else set())
        decided = {
            one.brief.week: one
            for one in self.archived_decisions(weeks=shown)
            if one.brief is not None
        }
        with self.store.read() as connection:
            listed = {
                week.id: self._listed(connection, week, decided.get(week.id))
                for week in (*weeks, *([active] if active else ()))
            }
        return WeekWindow(
            tuple(listed[week.id] for week in weeks),
            first,
            count,
            put_away,
            listed[active.id] if active else None,
        )

    def _listed(
        self, connection: Connection, week: Week, decided: ArchivedDecision | None
    ) -> ListedWeek:
        row = queries.newest_job(connection, JobKind.TRAIN, week.id, begun=True)
        training = None if row is None else rows.job_of(row)
        now = queries.week_moment(connection, week.id, self.now())
        signed = decided is not None and decided.validity.valid
        state = _state(week, training, signed=signed, now=now)
        return ListedWeek(
            week,
            state,
            training,
            decided,
            started_week(connection, week),
            busy_week(connection, week),
            synthetic_market(self.home, week, _result(self.home, training)),
        )


def synthetic_market(home: Home, week: Week, result: Mapping[str, Any] | None) -> bool:
    """Whether the candles of a week are made up.

    What its training read counts, and for the active week also what the next one would read.

    :param result: of the week's newest training that began; None: it has none yet.
    """
    told = None if result is None else result.get("synthetic")
    if week.synthetic or told is True:
        return True
    return (told is not False or week.in_progress) and is_marked(home.train_data_of(week.symbol))


def _result(home: Home, job: Job | None) -> Mapping[str, Any] | None:
    return None if job is None else read_json(home.attempt(job.id, job.attempt) / "result.json")


def _state(week: Week, training: Job | None, *, signed: bool, now: datetime) -> WeekState:
    if week.archived_at is not None:
        return WeekState.ARCHIVED
    if training is not None and training.state in ACTIVE_STATES:
        return WeekState.RUNNING
    if signed or now.date() > week.last_day:
        return WeekState.FINISHED
    begun = training is not None or week.watched is not None
    return WeekState.RUNNING if begun else WeekState.PLANNED
