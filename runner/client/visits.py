"""What a person has not seen yet of a week: since which line, and what was recorded since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.ledger_bodies import (
    AttemptStarted,
    DecisionMade,
    JobChanged,
    ModelChosen,
    PlaybookTaken,
    RestartRequested,
    WeekMended,
)
from core.vocabulary import ENDED_STATES, Right
from runner.alerts.alert_store import AlertStore
from runner.client.base import BaseClient
from runner.home.visits import VisitMark, Visits
from runner.outcomes import Recorded, Refused
from runner.store import rows, schema

if TYPE_CHECKING:
    from datetime import datetime

    from core.alerts.conditions import Alert
    from runner.records import LedgerEntry

_KINDS = {
    body.kind for body in (DecisionMade, ModelChosen, PlaybookTaken, RestartRequested, WeekMended)
}
_MOST = 1000  # lines, with about four of each job; of more nobody reads each
# A look may be saved this long after the moment that its alerts began, when the page was drawn.
_LOOK = timedelta(seconds=10)


@dataclass(frozen=True)
class Unseen:
    """What was recorded in a week after a person's mark.

    :ivar lines: of the ledger that no record of the week shows, newest first.
    :ivar alerts: that began or ended since.
    :ivar began: ids of jobs of which an attempt began; a job's own time may be earlier than the
        mark, if nobody recorded it then.
    :ivar ended: ids of jobs of which it was recorded that they ended.
    """

    lines: tuple[LedgerEntry, ...] = ()
    alerts: tuple[Alert, ...] = ()
    began: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()


class VisitMarks(BaseClient):
    """Reads and moves the mark of the person who looks."""

    def visit_mark(self, week_id: str) -> VisitMark | None:
        """Up to where the person has seen the week; None before the first visit.

        :raises SetupError: the database of the marks can't be used.
        """
        visitor = self.person.visitor
        return None if visitor is None else Visits(self.home).mark(visitor, week_id)

    def mark_seen(
        self, week_id: str, line: int, at: datetime, run: str | None = None, step: int | None = None
    ) -> Recorded[VisitMark] | Refused:
        """Move the person's mark to what they were shown; never back.

        :param line: the newest of the ledger that was shown.
        :param at: real time of what was shown.
        :param run: the run that was shown, with its newest ``step``.

        :raises SetupError: the database of the marks can't be written.
        """
        if denied := self._denied(Right.READ):
            return denied
        mark, visitor = VisitMark(line, at, run, step), self.person.visitor
        if visitor is not None:
            Visits(self.home).move(visitor, week_id, mark)
        return Recorded(mark)

    def unseen(self, week_id: str, mark: VisitMark, newest: int) -> Unseen:
        """What was recorded after the mark.

        :param newest: line of the week; up to the mark, there is nothing to read.
        """
        alerts = tuple(self._alerts_after(week_id, mark))
        if newest <= mark.line:
            return Unseen(alerts=alerts)
        lines, began, ended = [], set(), set()
        for entry in self._lines(week_id, mark):
            match entry.body:
                case AttemptStarted(job_id=job):
                    began.add(job)
                case JobChanged(job_id=job, job=columns) if columns.state in ENDED_STATES:
                    ended.add(job)
                case _ if entry.kind in _KINDS:
                    lines.append(entry)
        return Unseen(tuple(lines), alerts, frozenset(began), frozenset(ended))

    def _lines(self, week_id: str, mark: VisitMark) -> list[LedgerEntry]:
        """In one read: a page makes it at each tick until the person has seen them."""
        table, kinds = schema.ledger, {*_KINDS, JobChanged.kind}
        query = (
            select(table)
            .where(table.c.seq > mark.line, table.c.week_id == week_id, table.c.kind.in_(kinds))
            .order_by(table.c.seq.desc())
            .limit(_MOST)
        )
        with self.store.read() as connection:
            return [rows.entry_of(row) for row in connection.execute(query)]

    def _alerts_after(self, week_id: str, mark: VisitMark) -> list[Alert]:
        since = mark.at - _LOOK
        found = AlertStore(self.home).alerts().values()
        return [
            alert
            for alert in found
            if alert.last.week in {None, week_id}
            and (
                (alert.began is not None and alert.began > since)
                or (alert.resolved is not None and alert.resolved > since)
            )
        ]
