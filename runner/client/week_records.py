"""One consistent read of a week, for pages, commands and jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from core.vocabulary import JobKind
from runner.client.base import BaseClient
from runner.records import WeekRecords
from runner.store import queries, record_queries
from runner.store.alert_rules import alert_rules
from runner.store.alerts import silences
from runner.store.handovers import handovers
from runner.store.past_store import PastStore
from runner.store.shifts import shifts
from runner.store.twins import results_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.engine import Connection

    from core.week import Week
    from runner.outcomes import Refused

ACTIVITY = 50  # ledger entries in the records
_REPLAYS = 50  # likewise: hourly ones of the approved model, and few of others


class WeekReads(BaseClient):
    """Reads all records of a week at one state of the store."""

    def week_records(
        self,
        week_id: str | None = None,
        known: WeekRecords | None = None,
        activity: int = ACTIVITY,
    ) -> WeekRecords | None:
        """The records, read in one transaction so that they agree.

        :param week_id: None: the active week.
        :param known: earlier records, returned unchanged if nothing was written since.
        :param activity: how many of the last ledger lines are read with them.
        :returns: None if there is no such week.
        """
        with self.store.read() as connection:
            head = record_queries.head(connection)
            if known is not None and known.head == head and _is_meant(known.week, week_id):
                return known
            week = (
                queries.active_week(connection)
                if week_id is None
                else queries.week_by_id(connection, week_id)
            )
            if week is None:
                return None
            found = _read(connection, week, head, self.now(), activity)
            if self.moment is None:
                return found
            clock = found.clock
            if self.shown_week_time is not None:
                clock = clock.reaching(self.moment, self.shown_week_time)
            assert isinstance(self.store, PastStore)
            return replace(found, runner=self.store.runner, clock=clock)

    def not_here(self) -> Refused | None:
        """Why acts on the active week are refused: another one is shown; None if they are not."""
        with self.store.read() as connection:
            return self._elsewhere(connection)


def _is_meant(week: Week, week_id: str | None) -> bool:
    return week.active if week_id is None else week.id == week_id


def _read(
    connection: Connection, week: Week, head: str, now: datetime, activity: int
) -> WeekRecords:
    signatures = record_queries.signatures(connection)
    others = {one.week_id for one in signatures} - {week.id}
    jobs = record_queries.jobs(connection, week_id=week.id)
    decided = bool(signatures) or any(job.kind is JobKind.REVALIDATE for job in jobs)
    made, asked = record_queries.countersigning(connection) if decided else ([], [])
    return WeekRecords(
        head=head,
        week=week,
        clock=queries.clock_of(connection, week.id),
        jobs=tuple(jobs),
        attempts=record_queries.attempts_of_week(connection, week.id),
        ticks=tuple(record_queries.ticks(connection, week.id)),
        notes=tuple(record_queries.notes(connection, week.id)),
        incidents=tuple(record_queries.incidents(connection, week.id)),
        signatures=tuple(signatures),
        closures=tuple(record_queries.closures(connection)) if signatures else (),
        activity=tuple(record_queries.activity(connection, week.id, activity)) if activity else (),
        signing_keys=frozenset(queries.signing_keys(connection)) if signatures else frozenset(),
        countersignatures=tuple(made),
        countersignature_requests=tuple(asked),
        decision_lines=record_queries.decision_lines(connection) if decided else (),
        reproducing=tuple(record_queries.jobs(connection, JobKind.REPRODUCE)) if decided else (),
        following=tuple(record_queries.jobs(connection, JobKind.PAPER, limit=_REPLAYS))
        if signatures
        else (),
        other_weeks=queries.weeks_by_id(connection, others, served=True) if others else {},
        withdrawals=tuple(record_queries.withdrawals(connection, week.id)),
        silences=tuple(silences(connection, after=now)),
        handovers=tuple(handovers(connection, week.id)),
        shifts=tuple(shifts(connection, week.id)),
        rules=tuple(alert_rules(connection)),
        twins=results_of(connection, jobs),
    )
