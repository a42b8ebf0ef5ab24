"""All weeks with their states, for lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.vocabulary import ACTIVE_STATES, JobKind, WeekState
from runner.client.signatures.status import Signatures
from runner.client.week_changes import busy_week, started_week
from runner.store import queries, rows, schema
from runner.store.week_history import found_weeks

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

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


class WeekList(Signatures):
    """Reads what lists of weeks show."""

    def listed_weeks(self) -> list[ListedWeek]:
        """All weeks, archived ones included, ordered by launch time."""
        decided = {
            one.brief.week: one for one in self.archived_decisions() if one.brief is not None
        }
        order = (schema.weeks.c.launch, schema.weeks.c.id)
        with self.store.read() as connection:
            weeks = found_weeks(connection, select(schema.weeks).order_by(*order))
            return [self._listed(connection, week, decided.get(week.id)) for week in weeks]

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
        )


def _state(week: Week, training: Job | None, *, signed: bool, now: datetime) -> WeekState:
    if week.archived_at is not None:
        return WeekState.ARCHIVED
    if training is not None and training.state in ACTIVE_STATES:
        return WeekState.RUNNING
    if signed or now.date() > week.last_day:
        return WeekState.FINISHED
    begun = training is not None or week.watched is not None
    return WeekState.RUNNING if begun else WeekState.PLANNED
