"""The weeks that somebody may have to look after now, for a page that shows them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from core.vocabulary import ACTIVE_STATES, IncidentState
from runner.client.base import BaseClient
from runner.store import schema

if TYPE_CHECKING:
    from datetime import datetime

RECENT = timedelta(days=14)  # after its launch; a week of the manual takes five


@dataclass(frozen=True)
class CurrentWeek:
    """What a list says of a week before anything of it was judged."""

    id: str
    launch: datetime
    tag: str
    symbol: str
    active: bool
    beside: bool


@dataclass(frozen=True)
class CurrentWeeks:
    """The weeks of one state of the store, newest launch first.

    :ivar head: number of the ledger's last line.
    :ivar earlier: weeks that are left out, without the archived ones.
    :ivar changed: ids of weeks with a line after the one that was asked for.
    """

    head: int
    weeks: tuple[CurrentWeek, ...]
    earlier: int
    changed: frozenset[str]


class CurrentWeekReads(BaseClient):
    """Reads the weeks that are current."""

    def current_weeks(
        self, known: CurrentWeeks | None = None, *, earlier: bool = False
    ) -> CurrentWeeks:
        """The weeks in progress, the recent and the coming ones, and each with open work.

        Open work is a job that waits or is in progress, or an open incident. All is read in one
        transaction, without the texts of playbooks.

        :param known: what was read before; what has changed is counted from there.
        :param earlier: also all others that are not archived.
        """
        weeks, jobs, incidents = schema.weeks.c, schema.jobs.c, schema.incidents.c
        since = self.now() - RECENT
        working = select(jobs.week_id).where(jobs.state.in_(ACTIVE_STATES))
        troubled = select(incidents.week_id).where(incidents.state == IncidentState.OPEN)
        current = or_(
            weeks.active,
            weeks.beside,
            weeks.launch >= since,
            weeks.created_at >= since,  # a replayed week was launched long ago
            weeks.id.in_(working.where(jobs.week_id.is_not(None))),
            weeks.id.in_(troubled),
        )
        listed = weeks.archived_at.is_(None)
        query = select(weeks.id, weeks.launch, weeks.tag, weeks.symbol, weeks.active, weeks.beside)
        query = query.where(listed if earlier else listed & current)
        with self.store.read() as connection:
            head = connection.scalar(select(func.max(schema.ledger.c.seq))) or 0
            rows = connection.execute(query.order_by(weeks.launch.desc(), weeks.id.desc())).all()
            every = connection.scalar(select(func.count()).select_from(schema.weeks).where(listed))
            changed = set()
            if known is not None and known.head < head:
                lines = select(schema.ledger.c.week_id).where(schema.ledger.c.seq > known.head)
                changed = set(connection.scalars(lines.distinct()))
        found = tuple(CurrentWeek(*row) for row in rows)
        return CurrentWeeks(head, found, (every or 0) - len(found), frozenset(changed - {None}))
