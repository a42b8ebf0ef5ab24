"""The runs of the recorded weeks, with their incidents: what a rule is replayed on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from core.vocabulary import ENDED_STATES, JobKind
from runner.client.base import BaseClient
from runner.store import queries, record_queries, schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from core.clock import Clock
    from core.telemetry import RunEvents, RunReader
    from core.week import Week
    from runner.incident_records import Incident

MOST_WEEKS = 8  # the newest ones; a page must not grow with the past


@dataclass(frozen=True)
class RecordedRun:
    """A run and its event files.

    :ivar watched: another program's folder, whose newest run is meant.
    :ivar over: its job has ended.
    """

    name: str
    folder: Path
    watched: bool = False
    over: bool = False

    def events(self, reader_of: Callable[[Path], RunReader]) -> RunEvents | None:
        """What was written up to now; None if there is no such folder."""
        from core.telemetry.runs import newest_run

        if not self.folder.exists():
            return None
        reader = reader_of(self.folder)
        reader.refresh()
        events = reader.events()
        return newest_run(events) if self.watched and events.last_event() else events


@dataclass(frozen=True)
class RecordedWeek:
    """A week with its runs and incidents, each oldest first."""

    week: Week
    clock: Clock
    runs: tuple[RecordedRun, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True)
class RecordedWeeks:
    """The newest weeks, the newest first; ``left_off`` counts the earlier ones."""

    weeks: tuple[RecordedWeek, ...]
    left_off: int = 0


class RecordedRuns(BaseClient):
    """Reads which runs and incidents the recorded weeks have."""

    def recorded_weeks(self, most: int = MOST_WEEKS) -> RecordedWeeks:
        """The newest weeks by their creation, in one state of the store."""
        table = schema.weeks
        with self.store.read() as connection:
            ids = list(
                connection.scalars(
                    select(table.c.id).order_by(table.c.created_at.desc(), table.c.id.desc())
                )
            )
            known = queries.weeks_by_id(connection, ids[:most])
            found = [_read(connection, self, known[one]) for one in ids[:most] if one in known]
        return RecordedWeeks(tuple(found), max(len(ids) - most, 0))


def _read(connection: Connection, client: BaseClient, week: Week) -> RecordedWeek:
    runs: list[RecordedRun] = []
    if week.watched is not None:
        folder = Path(week.watched)
        runs.append(RecordedRun(folder.name, folder, watched=True))
    jobs = record_queries.jobs(connection, JobKind.TRAIN, week.id)
    over = {job.run or week.tag: job.state in ENDED_STATES for job in reversed(jobs) if job.attempt}
    runs += [
        RecordedRun(name, client.home.of(week.place).run(name), over=over[name]) for name in over
    ]
    return RecordedWeek(
        week,
        queries.clock_of(connection, week.id),
        tuple(runs),
        tuple(reversed(record_queries.incidents(connection, week.id))),
    )
